#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "predict/left_out.hpp"
#include "predict/path_list.hpp"
#include "predict/picture_source.hpp"
#include "predict/set_pictures.hpp"
#include "predict/standard_input.hpp"

namespace mlpctl::app {

/// Whether the file is a data set or an archive and no picture, as far as its first bytes tell.
/// Throws Error for one that cannot be read.
bool holds_many_pictures(const std::string& path);

/// The pictures that the paths of a command line mean, one after the other: files, the pictures in
/// folders, the images of IDX files and tables of pixels, the pictures in tar archives, and for "-"
/// what is on standard input: any of these but a folder, or a list of paths. After them those of
/// the lists, which are never anything else.
class PredictInputs : public PictureSource {
 public:
  /// `lists`: files of paths, pipes as well; "-" is standard input.
  PredictInputs(std::vector<std::string> paths, std::vector<std::string> lists, IndexRange range,
                PathEnd end);

  /// What cannot be read comes as an input with an error.
  std::optional<PredictInput> next() override;
  bool is_ready() const override;
  bool may_wait() const override { return true; }
  /// Whether a set was among them, so that the range meant anything.
  bool range_used() const { return range_used_; }
  /// What folders and archives held that was not answered for; to be asked at the end.
  const LeftOut& left_out() const { return left_out_; }

 private:
  bool open_next();
  bool open_next_of_list();
  bool open_next_list();
  bool is_rest_ready() const;
  std::unique_ptr<PictureSource> source_of(const std::string& path);
  std::unique_ptr<PictureSource> pictures_of(data::Dataset set, const std::string& name,
                                             const std::string& shown);
  void open_standard_input();

  std::vector<std::string> paths_, lists_;
  IndexRange range_;
  PathEnd end_;
  std::size_t path_ = 0, next_list_ = 0;
  LeftOut left_out_;
  std::unique_ptr<PictureSource> source_;
  std::string opened_;  // what the source is of
  std::optional<PathList> list_;
  std::string list_path_ = {};  // in answers
  bool range_used_ = false;
};

}  // namespace mlpctl::app
