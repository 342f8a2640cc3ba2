#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "predict/left_out.hpp"
#include "predict/picture_source.hpp"

namespace mlpctl::app {

/// The pictures in a folder and below it, known by their content, in natural order (2.png before
/// 10.png). Hidden files and folders, and what systems leave beside pictures, are passed over.
class FolderPictures : public PictureSource {
 public:
  /// What is not answered for goes into left_out, which must outlive this. Throws Error for a
  /// folder that cannot be read.
  FolderPictures(std::string folder, LeftOut& left_out);

  /// Throws Error at the end where there was none.
  std::optional<PredictInput> next() override;
  bool is_ready() const override;

 private:
  bool is_wanted(const std::string& path);
  void end();

  std::string folder_;
  LeftOut& left_out_;
  LeftOut of_folder_;
  std::vector<std::string> files_;
  std::size_t next_ = 0;
  std::string data_set_;  // the first file of images that is a data set
  bool is_empty_ = true;
};

}  // namespace mlpctl::app
