#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/dataset.hpp"

namespace mlpctl::data {

/// Whether the bytes begin as NumPy's .npz files do: as a zip archive whose first file is a .npy.
bool is_npz(std::string_view begin);

/// An .npz file as data sets come: arrays of pictures and of their labels for each part, called
/// x_train, y_train, x_test and y_test as Keras does, train_images and so on, or x and y of a set
/// that is not divided.
class NpzFile {
 public:
  /// Throws Error when it is no sound zip archive.
  explicit NpzFile(const std::string& path);
  /// The same of bytes, which must outlive it.
  NpzFile(std::span<const std::byte> bytes, const std::string& name);
  ~NpzFile();
  NpzFile(const NpzFile&) = delete;
  NpzFile& operator=(const NpzFile&) = delete;

  bool has(Part part) const;
  /// Pictures of N x rows x columns, with a dimension of 1 for the channel or without, or of N x
  /// 784 values. Throws Error when an array is missing, damaged or of another shape, and when there
  /// are not as many labels as pictures.
  Dataset load(Part part) const;
  /// The pictures alone: those to test with, else those of a set that is not divided, else those to
  /// train on, else the only array. A note says which where there are several. Throws Error.
  Dataset pictures() const;
  /// The values of an archive of one array. Throws Error.
  std::vector<std::uint8_t> only_labels() const;

 private:
  struct Archive;
  std::unique_ptr<const Archive> archive_;
};

}  // namespace mlpctl::data
