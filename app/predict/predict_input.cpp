#include "predict/predict_input.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <filesystem>
#include <span>
#include <string_view>
#include <utility>

#include "base/byte_reader.hpp"
#include "base/input_file.hpp"
#include "data/set_file.hpp"
#include "mlpctl/error.hpp"
#include "predict/content.hpp"
#include "predict/folder_pictures.hpp"
#include "predict/tar_pictures.hpp"

namespace mlpctl::app {
namespace {

using namespace std::string_view_literals;

/// A data set on standard input is held in memory; the largest of MNIST's family has 550 MB.
constexpr std::size_t kMostDataSet = std::size_t{1} << 30U;

/// One picture, whatever is to be said of it.
class SinglePicture : public PictureSource {
 public:
  explicit SinglePicture(PredictInput input) : input_(std::move(input)) {}

  std::optional<PredictInput> next() override { return std::exchange(input_, std::nullopt); }
  bool is_ready() const override { return input_.has_value(); }

 private:
  std::optional<PredictInput> input_;
};

bool is_there_as_path(std::string_view path) {
  std::error_code none;
  if (path.ends_with('\r')) path.remove_suffix(1);
  return !path.empty() && std::filesystem::exists(std::filesystem::path(path), none);
}

/// Whether a list of paths may begin so: of the control characters hardly others stand in one.
bool may_be_list(std::string_view bytes) {
  static constexpr std::string_view kKnown = "\t\r\n\0\x1B"sv;
  return std::ranges::none_of(bytes, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20 && kKnown.find(c) == kKnown.npos) || byte == 0x7F;
  });
}

/// As many of the first bytes as tell what they are: the first path of a list is enough, for it may
/// be long until the next comes.
std::string_view telling_bytes(StandardInput& input) {
  constexpr std::size_t kEnough = 4096;
  std::string_view bytes;
  for (;;) {
    const std::size_t before = bytes.size();
    bytes = input.look(before);
    if (bytes.size() == before || bytes.size() >= kEnough) return bytes;
    if (content_of(bytes) == Content::kTar) return bytes;
    const std::string_view first = first_path_in(bytes);
    const auto after = static_cast<std::size_t>(first.data() + first.size() - bytes.data());
    const bool is_whole = after < bytes.size();
    // A tar archive begins with a name as well, filled up with NUL.
    if (is_whole && may_be_list(first) && !bytes.substr(after).starts_with("\0\0"sv)) return bytes;
  }
}

}  // namespace

bool holds_many_pictures(const std::string& path) {
  const Content content = content_of(first_bytes_of(path, kTellingBytes));
  return content == Content::kDataSet || content == Content::kTar;
}

PredictInputs::PredictInputs(std::vector<std::string> paths, std::vector<std::string> lists,
                             IndexRange range, PathEnd end)
    : paths_(std::move(paths)), lists_(std::move(lists)), range_(range), end_(end) {}

std::unique_ptr<PictureSource> PredictInputs::pictures_of(data::Dataset set,
                                                          const std::string& name,
                                                          const std::string& shown) {
  auto pictures = std::make_unique<SetPictures>(std::move(set), name, shown, range_);
  range_used_ = true;
  return pictures;
}

std::unique_ptr<PictureSource> PredictInputs::source_of(const std::string& path) {
  std::error_code none;  // What is wrong with a path is said when it is read.
  if (std::filesystem::is_directory(path, none)) {
    return std::make_unique<FolderPictures>(path, left_out_);
  }
  const Content content = content_of(first_bytes_of(path, kTellingBytes));
  if (content == Content::kDataSet) return pictures_of(data::load_pictures(path), path, path);
  if (content == Content::kTar) return std::make_unique<TarPictures>(path, left_out_);
  return std::make_unique<SinglePicture>(PredictInput{.file = path});
}

void PredictInputs::open_standard_input() {
  opened_ = list_path_ = "-";
  auto input = std::make_shared<StandardInput>();
  if (end_ == PathEnd::kNul) {
    list_.emplace(std::move(input), end_);
    return;
  }
  const std::string name(kStandardInput);
  const std::string_view head = telling_bytes(*input);
  const std::string_view first = first_path_in(head);
  const Content content = content_of(head);
  const data::ByteSource bytes = [input](std::span<std::byte> out) { return input->read(out); };
  if (content == Content::kTar) {
    source_ = std::make_unique<TarPictures>(bytes, "-", name, left_out_, true);
    // What may be a list as well as something else is one only where nothing else fits.
    // NOLINTNEXTLINE(bugprone-branch-clone)
  } else if (content == Content::kEmpty || is_there_as_path(first)) {
    list_.emplace(std::move(input), end_);
  } else if (content == Content::kPicture) {
    source_ = std::make_unique<SinglePicture>(
        PredictInput{.file = "-", .bytes = take_picture(bytes, "", 0, name)});
  } else if (content == Content::kDataSet) {
    data::Dataset set = data::pictures_in(read_whole(bytes, "", kMostDataSet, name), name);
    source_ = pictures_of(std::move(set), name, "-");
  } else if (const image::ForeignKind* kind = foreign_kind_of(head)) {
    throw Error(ErrorCode::kNotSupported, name + ": " + kind->sentence());
  } else if (may_be_list(head)) {
    list_.emplace(std::move(input), end_);
  } else {
    throw Error(ErrorCode::kNotSupported,
                name +
                    ": is no picture that is read, no data set, no tar archive and no list of "
                    "paths");
  }
}

bool PredictInputs::open_next_list() {
  if (next_list_ == lists_.size()) return false;
  opened_ = lists_[next_list_++];
  list_.emplace(
      opened_ == "-" ? std::make_shared<StandardInput>() : std::make_shared<InputStream>(opened_),
      end_);
  list_path_ = opened_;
  return true;
}

bool PredictInputs::open_next_of_list() {
  opened_ = list_path_;
  std::optional<std::string> path;
  try {
    path = list_->next();
  } catch (const Error&) {
    list_.reset();
    throw;
  }
  if (path) {
    opened_ = *path;
    source_ = source_of(*path);
    return true;
  }
  if (list_->is_empty()) spdlog::warn("{} named no pictures", list_->name());
  list_.reset();
  return false;
}

/// Whether there was anything to open.
bool PredictInputs::open_next() {
  if (list_) return open_next_of_list() || open_next();
  if (path_ == paths_.size()) return open_next_list();
  opened_ = paths_[path_++];
  if (opened_ == "-") {
    open_standard_input();
  } else {
    source_ = source_of(opened_);
  }
  return true;
}

/// Whether what comes after the source is there, or the end is.
bool PredictInputs::is_rest_ready() const {
  if (list_) return list_->is_ready();
  if (path_ < paths_.size()) return paths_[path_] != "-";
  return next_list_ == lists_.size();
}

bool PredictInputs::is_ready() const {
  if (source_ == nullptr) return is_rest_ready();
  return source_->is_ready() || (!source_->may_wait() && is_rest_ready());
}

std::optional<PredictInput> PredictInputs::next() {
  for (;;) {
    try {
      if (source_ != nullptr) {
        if (std::optional<PredictInput> input = source_->next()) return input;
        source_.reset();
      }
      if (!open_next()) return std::nullopt;
    } catch (const Error& error) {
      source_.reset();
      return PredictInput{.file = opened_, .error = error.what()};
    }
  }
}

}  // namespace mlpctl::app
