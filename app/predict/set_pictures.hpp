#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "predict/picture_source.hpp"

namespace mlpctl::app {

/// Half-open, as A:B on the command line; either side may be left out.
struct IndexRange {
  std::int64_t begin = 0, end = INT64_MAX;
};

/// Throws UsageError for anything that is not A:B with A < B.
IndexRange parse_range(const std::string& text);

/// The pictures of a data set's file, those of the range.
class SetPictures : public PictureSource {
 public:
  /// `name` is what errors call the set, `shown` the file in answers. Throws Error where it
  /// holds none of the range. What is worth knowing of it goes to the log.
  SetPictures(data::Dataset set, const std::string& name, std::string shown, IndexRange range);

  std::optional<PredictInput> next() override;
  bool is_ready() const override { return index_ < end_; }

 private:
  std::shared_ptr<const data::Dataset> set_;
  std::string shown_;
  std::int64_t index_, end_;
};

}  // namespace mlpctl::app
