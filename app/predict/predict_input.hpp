#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "data/dataset.hpp"
#include "predict/path_list.hpp"

namespace mlpctl::app {

/// One picture to answer for: a file, or one of the pictures in an IDX file or a table of pixels.
struct PredictInput {
  std::string file;
  std::shared_ptr<const data::Dataset> set = {};
  std::int64_t index = -1;  ///< in the set
  std::string error = {};   ///< why there is no picture
};

/// Whether the file's first bytes are those of an IDX file, which is a set of pictures or of their
/// labels, or of a table of pixels. Throws Error for one that cannot be read.
bool starts_like_set(const std::string& path);

/// Half-open, as A:B on the command line; either side may be left out.
struct IndexRange {
  std::int64_t begin = 0, end = INT64_MAX;
};

/// Throws UsageError for anything that is not A:B with A < B.
IndexRange parse_range(const std::string& text);

/// The pictures that the paths of a command line mean, one after the other: files, the pictures in
/// folders and below them in natural order (2.png before 10.png), the images of IDX files and
/// tables of pixels, and for "-" the paths on standard input: a line each, or each ended by a NUL
/// byte as `find -print0` writes them.
class PredictInputs {
 public:
  PredictInputs(std::vector<std::string> paths, IndexRange range);

  std::optional<PredictInput> next();
  /// Whether a set was among them, so that the range meant anything.
  bool range_used() const { return range_used_; }

 private:
  bool open_next_of_list();
  void open(const std::string& path);
  std::optional<PredictInput> next_image();

  std::vector<std::string> paths_;
  IndexRange range_;
  std::size_t path_ = 0;
  std::vector<std::string> folder_;
  std::size_t in_folder_ = 0;
  std::shared_ptr<const data::Dataset> set_;
  std::string set_path_;
  std::int64_t index_ = 0;
  std::optional<PredictInput> single_;
  std::optional<PathList> list_;
  bool range_used_ = false;
};

/// Whether a comes before b when runs of digits compare as numbers.
bool naturally_before(const std::string& a, const std::string& b);

}  // namespace mlpctl::app
