#include "predict/set_pictures.hpp"

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

SetPictures::SetPictures(data::Dataset set, const std::string& name, std::string shown,
                         IndexRange range)
    : set_(std::make_shared<const data::Dataset>(std::move(set))),
      shown_(std::move(shown)),
      index_(range.begin),
      end_(std::min(range.end, set_->count())) {
  const std::int64_t count = set_->count();
  if (range.begin >= count) {
    throw Error(ErrorCode::kInvalidArgument, name + ": --range begins after its last image");
  }
  if (range.end != INT64_MAX && range.end > count) {
    spdlog::warn("{}: --range ends after its last image; it holds {}", name, count);
  }
  for (const std::string& note : set_->notes) spdlog::warn("{}", note);
}

std::optional<PredictInput> SetPictures::next() {
  if (index_ >= end_) return std::nullopt;
  return PredictInput{.file = shown_, .set = set_, .index = index_++};
}

}  // namespace mlpctl::app
