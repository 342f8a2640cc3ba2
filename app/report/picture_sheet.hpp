#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mlpctl::app {

/// Many pictures of 28x28 as one, in sixteen levels of grey: at most 523 characters each, and
/// mostly a third of that.
class PictureSheet {
 public:
  static constexpr std::size_t kColumns = 40;

  /// Of 784 bytes. Its place: row by row, kColumns in each.
  std::size_t add(std::span<const std::uint8_t> picture);
  /// Its PNG as a data: URI; empty without pictures.
  std::string uri() const;

 private:
  std::vector<std::uint8_t> pictures_;
  std::size_t count_ = 0;
};

}  // namespace mlpctl::app
