#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "net/aligned.hpp"
#include "net/fold_kernels.hpp"
#include "net/skeleton.hpp"

namespace mlpctl::net {

/// Pictures scaled to [0, 1], without the pixels that are black in all of them: of 64 handwritten
/// digits a third of the picture is.
class PixelBatch {
 public:
  /// Takes images[indices[i]] of a set of 28x28 pictures, pixels / 255. The memory is kept for the
  /// next batch.
  void gather(std::span<const std::uint8_t> images, std::span<const std::int64_t> indices);
  /// Takes all of the pictures.
  void assign(std::span<const std::uint8_t> images);

  std::int64_t size() const { return static_cast<std::int64_t>(pictures_.size()); }
  /// The size rounded up to whole tiles; the surplus pictures are black.
  std::int64_t padded_size() const;
  kernels::LitPixels lit_pixels() const;

 private:
  void find_lit();
  void scale();

  std::vector<const std::uint8_t*> pictures_;
  std::vector<std::int32_t> lit_;
  std::int64_t stride_ = 0;
  AlignedFloats values_;
};

}  // namespace mlpctl::net
