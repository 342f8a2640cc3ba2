#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "image/propose/reading.hpp"
#include "mlpctl/digits/answer.hpp"
#include "read/views.hpp"

namespace mlpctl::digits {

/// A mark with what the net makes of each of its readings.
struct NamedMark {
  const std::vector<image::Reading>* readings = nullptr;
  std::vector<Digit> digits{};
  std::vector<float> scores{};

  /// Whether all readings are of the whole mark, which has one part.
  bool is_whole() const;
};

/// Hands out the net's opinions to the readings of marks, in the order of for_each_reading().
class Names {
 public:
  explicit Names(std::vector<Opinion> opinions) : opinions_(std::move(opinions)) {}
  NamedMark name(const std::vector<image::Reading>& mark);

 private:
  std::vector<Opinion> opinions_;
  std::size_t at_ = 0;
};

/// What each digit of a mark is worth beside its score, less than 0: the less the fewer of a
/// sheet's marks are several digits. In a table's cells next to none is, where digits touch every
/// second one.
float worth_of_digit(std::span<const NamedMark> sheet);

/// What reading a mark told beside its digits.
struct Told {
  bool several = false;  ///< whether it says that there are several digits
  float cut = 0;         ///< width of the digits that were cut off from others, in pixels
  float share = 1;       ///< of the ink that was seen, what the reading takes of a whole mark
  int places = 1;        ///< at how many a whole mark's readings lie
};

/// Adds the digits of the mark's best readings to the line. worth: see worth_of_digit().
Told read(const NamedMark& mark, float worth, std::vector<Digit>& line);

}  // namespace mlpctl::digits
