#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "net/fold_kernels.hpp"
#include "net/sparse_pictures.hpp"

namespace mlpctl::net {

/// Pictures scaled to [0, 1], without the pixels that are black: of a handwritten digit four
/// fifths are. Kept by picture for the product with the folded weight, and by pixel for the product
/// with the gradient of the outputs.
class PixelBatch {
 public:
  /// Takes images[indices[i]] of a set of 28x28 pictures, pixels / 255. The memory is kept for the
  /// next batch.
  void gather(std::span<const std::uint8_t> images, std::span<const std::int64_t> indices);
  void gather(const SparsePictures& images, std::span<const std::int64_t> indices);
  /// Takes all of the pictures.
  void assign(std::span<const std::uint8_t> images);

  std::int64_t size() const { return static_cast<std::int64_t>(by_picture_.ends.size()) - 1; }
  /// A row a picture; offsets are of the pixels' rows in a FoldedBlock's weight.
  kernels::SparseRows by_picture() const { return by_picture_.view(); }
  /// The same sorted anew: a row a pixel; offsets are of the pictures' rows among kPackedUnits
  /// outputs each.
  kernels::SparseRows by_pixel();

 private:
  struct Rows {
    std::vector<kernels::SparseRows::Entry> entries;
    std::vector<std::int32_t> ends{0};

    void clear();
    kernels::SparseRows view() const;
  };
  /// Adds a picture, of which for_each_lit calls what it is given with each lit pixel and byte.
  template <typename ForEachLit>
  void add(const ForEachLit& for_each_lit);

  Rows by_picture_, by_pixel_;
};

/// The pictures of a step and their labels, each in [0, 10) or kNoClass.
struct LabelledBatch {
  PixelBatch pictures;
  std::vector<std::int64_t> labels;
};

}  // namespace mlpctl::net
