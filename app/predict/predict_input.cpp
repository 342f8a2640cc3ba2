#include "predict/predict_input.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <filesystem>
#include <iostream>
#include <span>
#include <system_error>
#include <utility>

#include "base/input_file.hpp"
#include "cli/usage_error.hpp"
#include "data/gzip.hpp"
#include "data/idx_folder.hpp"
#include "data/pixel_table.hpp"
#include "image/decode/codec.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

/// Of a link: whether it is the link's fault.
bool leads_nowhere(const std::error_code& error) {
  return error == std::errc::no_such_file_or_directory || error == std::errc::not_a_directory ||
         error == std::errc::too_many_symbolic_link_levels || error == std::errc::permission_denied;
}

constexpr std::size_t kMagicBytes = 4, kTableBegin = 4096;

bool holds_idx_images(const std::string& path) {
  const std::string begin = first_bytes_of(path, kMagicBytes);
  const auto bytes = std::as_bytes(std::span(begin));
  if (data::is_gzip(bytes)) return path.find("idx3") != std::string::npos;
  return data::is_idx(bytes) && begin.back() == 3;
}

bool starts_like_idx(const std::string& path) {
  const std::string begin = first_bytes_of(path, kMagicBytes);
  const auto bytes = std::as_bytes(std::span(begin));
  if (data::is_idx(bytes)) return true;
  return data::is_gzip(bytes) && path.find("idx") != std::string::npos;
}

/// What to give instead of a folder that holds data sets; nothing for other files.
std::string idx_hint(std::vector<std::string> files) {
  std::sort(files.begin(), files.end(), naturally_before);
  for (const std::string& file : files) {
    try {
      if (holds_idx_images(file)) return ", but a data set; give its file of images: " + file;
    } catch (const Error&) {  // It cannot be read, so it is no file to name.
    }
  }
  return "";
}

std::vector<std::string> pictures_below(const std::string& folder) {
  namespace fs = std::filesystem;
  std::vector<std::string> found, others;
  std::error_code error;
  const auto options = fs::directory_options::skip_permission_denied;
  for (fs::recursive_directory_iterator at(folder, options, error), end; !error && at != end;
       at.increment(error)) {
    const bool is_file = at->is_regular_file(error);
    if (error && !leads_nowhere(error)) break;
    if (!is_file) continue;
    std::string path = at->path().string();
    (image::has_picture_suffix(path) ? found : others).push_back(std::move(path));
  }
  if (error) throw Error(ErrorCode::kIo, folder + ": " + error.message());
  if (found.empty()) {
    throw Error(ErrorCode::kNotFound, folder + ": holds no pictures" + idx_hint(std::move(others)));
  }
  std::sort(found.begin(), found.end(), naturally_before);
  return found;
}

bool is_digit(char c) {
  return std::isdigit(static_cast<unsigned char>(c)) != 0;
}

/// The pictures of an IDX file or a table, of the net's size; what is worth knowing goes to the
/// log.
std::shared_ptr<const data::Dataset> open_set(const std::string& path) {
  auto set = std::make_shared<data::Dataset>(starts_like_idx(path) ? data::idx_pictures(path)
                                                                   : data::load_pixel_table(path));
  if (set->rows != data::kSide || set->columns != data::kSide) {
    throw Error(ErrorCode::kNotSupported, path + ": holds no images of 28x28 pixels");
  }
  for (const std::string& note : set->notes) spdlog::warn("{}", note);
  return set;
}

std::int64_t parse_index(const std::string& text, const std::string& part, std::int64_t absent) {
  if (part.empty()) return absent;
  std::int64_t value = -1;
  const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), value);
  if (error != std::errc() || end != part.data() + part.size() || value < 0) {
    throw UsageError("--range: '" + text + "' is not A:B with whole numbers, such as 0:10");
  }
  return value;
}

}  // namespace

bool starts_like_set(const std::string& path) {
  return starts_like_idx(path) || data::is_pixel_table(first_bytes_of(path, kTableBegin));
}

IndexRange parse_range(const std::string& text) {
  const std::size_t colon = std::min(text.find(':'), text.size());
  if (colon == text.size()) {
    throw UsageError("--range: '" + text + "' is not A:B with whole numbers, such as 0:10");
  }
  const IndexRange range{parse_index(text, text.substr(0, colon), 0),
                         parse_index(text, text.substr(colon + 1), INT64_MAX)};
  if (range.begin >= range.end) throw UsageError("--range: '" + text + "' holds nothing");
  return range;
}

PredictInputs::PredictInputs(std::vector<std::string> paths, IndexRange range)
    : paths_(std::move(paths)), range_(range) {}

void PredictInputs::open(const std::string& path) {
  try {
    std::error_code none;  // What is wrong with a path is said when it is read.
    if (std::filesystem::is_directory(path, none)) {
      folder_ = pictures_below(path);
      in_folder_ = 0;
    } else if (starts_like_set(path)) {
      set_ = open_set(path);
      set_path_ = path;
      index_ = range_.begin;
      const std::int64_t count = set_->count();
      if (index_ >= count) {
        set_.reset();
        throw Error(ErrorCode::kInvalidArgument, path + ": --range begins after its last image");
      }
      range_used_ = true;
      if (range_.end != INT64_MAX && range_.end > count) {
        spdlog::warn("{}: --range ends after its last image; it holds {}", path, count);
      }
    } else {
      single_ = PredictInput{.file = path};
    }
  } catch (const Error& error) {
    single_ = PredictInput{.file = path, .error = error.what()};
  }
}

std::optional<PredictInput> PredictInputs::next_image() {
  if (single_) return std::exchange(single_, std::nullopt);
  if (in_folder_ < folder_.size()) return PredictInput{.file = folder_[in_folder_++]};
  if (set_ != nullptr) {
    if (index_ < std::min(range_.end, set_->count())) {
      return PredictInput{.file = set_path_, .set = set_, .index = index_++};
    }
    set_.reset();
  }
  return std::nullopt;
}

bool PredictInputs::open_next_of_list() {
  try {
    if (const std::optional<std::string> path = list_->next()) {
      open(*path);
      return true;
    }
    if (list_->is_empty()) spdlog::warn("standard input named no pictures");
    list_.reset();
    return false;
  } catch (const Error& error) {
    single_ = PredictInput{.file = "-", .error = error.what()};
    list_.reset();
    return true;
  }
}

std::optional<PredictInput> PredictInputs::next() {
  for (;;) {
    if (std::optional<PredictInput> image = next_image()) return image;
    if (list_) {
      if (open_next_of_list()) continue;
    }
    if (path_ == paths_.size()) return std::nullopt;
    const std::string& path = paths_[path_++];
    if (path == "-") {
      list_.emplace(std::cin);
    } else {
      open(path);
    }
  }
}

bool naturally_before(const std::string& a, const std::string& b) {
  std::size_t i = 0, j = 0;
  while (i < a.size() && j < b.size()) {
    if (is_digit(a[i]) && is_digit(b[j])) {
      const auto run = [](const std::string& text, std::size_t& at) {
        while (at + 1 < text.size() && text[at] == '0' && is_digit(text[at + 1])) ++at;
        const std::size_t start = at;
        while (at < text.size() && is_digit(text[at])) ++at;
        return text.substr(start, at - start);
      };
      const std::string x = run(a, i), y = run(b, j);
      if (x != y) return x.size() != y.size() ? x.size() < y.size() : x < y;
    } else {
      if (a[i] != b[j]) return a[i] < b[j];
      ++i;
      ++j;
    }
  }
  if (i == a.size() && j == b.size()) return a < b;
  return i == a.size();
}

}  // namespace mlpctl::app
