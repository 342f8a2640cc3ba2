#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mlpctl/digits/answer.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::digits {

/// A picture in memory: 8 bits a channel, rows from the top, channels interleaved.
struct Pixels {
  int width = 0, height = 0;
  int channels = 1;  ///< 1: grey, 3: red, green, blue
  std::span<const std::uint8_t> values;
};

/// Reads handwritten digits in pictures with a model. Answers repeat exactly, and are those of the
/// program's predict. Safe to use from several threads at once.
class Reader {
 public:
  /// Reads the model from any state file with the net's eight entries; key: the path of the dict
  /// to take when the file holds several that fit. Throws Error.
  explicit Reader(const std::string& model_file, const std::string& key = {});
  Reader(Reader&&) noexcept;
  Reader& operator=(Reader&&) noexcept;
  ~Reader();

  /// The one digit of a picture file (PNG, JPEG, TIFF, WebP, BMP, GIF or PNM). Pictures for a model
  /// of other things than digits are reduced to 28x28 and nothing else. Throws Error for a file
  /// that cannot be read.
  Answer read_digit(const std::string& picture_file) const;
  /// The same from memory. Throws Error (kInvalidArgument) when the sizes do not fit each other.
  Answer read_digit(const Pixels& pixels) const;

  /// All digits of a sheet of writing, line by line. Throws Error as read_digit() does, and
  /// (kNotSupported) when the model is one of other things than digits.
  Answer read_sheet(const std::string& picture_file) const;
  Answer read_sheet(const Pixels& pixels) const;

  /// The names of the ten classes as the model gives them; empty: the digits 0 to 9.
  const std::vector<std::string>& classes() const;

 private:
  struct Model;
  std::unique_ptr<const Model> model_;
};

}  // namespace mlpctl::digits
