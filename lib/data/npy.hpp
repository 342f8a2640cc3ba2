#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace mlpctl::data {

/// An array of numbers as NumPy saves it.
struct NpyArray {
  std::vector<std::int64_t> shape;
  char kind = 'u';  ///< u: unsigned, i: signed, f: floating point, b: bool
  std::size_t size = 1;
  bool big_endian = false;
  std::span<const std::byte> values;

  std::size_t count() const { return values.size() / size; }
};

/// The array in a .npy file; values points into bytes. Throws Error, calling the file `name`, when
/// it is cut off, when its bytes are not those that its shape needs, and for what is not read:
/// Python's objects, complex numbers, text, Fortran's order of more than one dimension.
NpyArray parse_npy(std::span<const std::byte> bytes, const std::string& name);

/// The values as bytes. Floating point values of which none is above 1 are shares of 255. Throws
/// Error for values that are not from 0 to 255.
std::vector<std::uint8_t> to_pixels(const NpyArray& array, const std::string& name);

/// The same of whole numbers alone, as labels are.
std::vector<std::uint8_t> to_labels(const NpyArray& array, const std::string& name);

}  // namespace mlpctl::data
