#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "image/decode/memory_budget.hpp"

namespace mlpctl::app {

/// A picture's file that lies in memory, with its share of what all those together may take.
struct PictureBytes {
  image::MemoryBudget::Share share;
  std::vector<std::byte> bytes;
};

/// One picture to answer for: a file, one of a data set's file, or one of a stream.
struct PredictInput {
  std::string file;
  std::shared_ptr<const data::Dataset> set = {};
  std::int64_t index = -1;                      ///< in the set
  std::string member = {};                      ///< the name in a tar archive
  std::shared_ptr<const PictureBytes> bytes{};  ///< of what has no path of its own
  std::string error = {};                       ///< why there is no picture
};

/// What gives pictures one after the other.
class PictureSource {
 public:
  virtual ~PictureSource() = default;

  /// Empty at the end. Throws Error where there is no going on.
  virtual std::optional<PredictInput> next() = 0;
  /// Whether next() is sure to give a picture without waiting for one to come.
  virtual bool is_ready() const { return false; }
  /// Whether next() waits for what is still to come.
  virtual bool may_wait() const { return false; }
};

}  // namespace mlpctl::app
