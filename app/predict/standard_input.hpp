#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace mlpctl::app {

/// What messages call it.
inline constexpr std::string_view kStandardInput = "standard input";

/// The bytes of standard input, the first of which can be looked at before they are taken.
class StandardInput {
 public:
  /// The bytes that were read and not taken, after waiting for one more than `beyond` of them;
  /// fewer at the end of the input. They are valid until the next call. Throws Error when reading
  /// fails.
  std::string_view look(std::size_t beyond);
  /// Takes bytes: as many as there are at once, at least one, at most all of `out`; 0 at the end.
  std::size_t read(std::span<std::byte> out);
  /// Takes one; false at the end.
  bool get(char& byte);

 private:
  bool read_more();

  std::string buffer_;
  std::size_t taken_ = 0;
};

}  // namespace mlpctl::app
