#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "image/propose/reading.hpp"
#include "mlpctl/digits/answer.hpp"

namespace mlpctl::digits {

/// The ten logits of each of some pictures of 28x28 bytes, one after the other.
using Network = std::function<std::vector<float>(std::span<const std::uint8_t> pictures)>;

/// What the net says of a reading's digit.
struct Opinion {
  std::array<float, kClasses> logits{};  ///< of the digit as it was prepared
  /// The mean over views: the digit as it was prepared, and moved by a pixel towards each corner.
  /// Of one that was not prepared, as data sets hold them, the logits. Three nets answer 946 of
  /// three times 9,466 real digits wrongly so, 1,068 by the one view.
  std::array<float, kClasses> mean{};
};

/// Asks a net for its opinions.
class Views {
 public:
  explicit Views(const Network& network) : network_(network) {}

  void add(const image::Reading& reading);
  /// Of all that were added, in their order.
  std::vector<Opinion> take();

 private:
  void ask();

  const Network& network_;
  std::vector<std::uint8_t> pixels_;  ///< of all views that were not asked for yet
  std::vector<std::size_t> counts_;   ///< how many of these a reading has
  std::vector<Opinion> opinions_;
};

}  // namespace mlpctl::digits
