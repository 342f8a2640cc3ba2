#include "predict/idx_pictures.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "cli/usage_error.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::app {
namespace {

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

IdxPictures::IdxPictures(std::shared_ptr<const data::IdxFile> idx, std::string shown,
                         IndexRange range)
    : idx_(std::move(idx)), shown_(std::move(shown)), index_(range.begin) {
  const std::string& path = idx_->path();
  const auto& sizes = idx_->sizes();
  if (sizes.size() == 1) {
    throw Error(ErrorCode::kNotSupported,
                path + ": holds labels; give the file of the images that they belong to");
  }
  if (sizes.size() != 3 || sizes[1] != 28 || sizes[2] != 28) {
    throw Error(ErrorCode::kNotSupported, path + ": holds no images of 28x28 pixels");
  }
  if (range.begin >= sizes[0]) {
    throw Error(ErrorCode::kInvalidArgument, path + ": --range begins after its last image");
  }
  end_ = std::min(range.end, sizes[0]);
  if (range.end != INT64_MAX && range.end > sizes[0]) {
    spdlog::warn("{}: --range ends after its last image; it holds {}", path, sizes[0]);
  }
}

std::optional<PredictInput> IdxPictures::next() {
  if (index_ >= end_) return std::nullopt;
  return PredictInput{.file = shown_, .idx = idx_, .index = index_++};
}

}  // namespace mlpctl::app
