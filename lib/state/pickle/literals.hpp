#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_reader.hpp"
#include "mlpctl/state/node.hpp"

namespace mlpctl::state {

/// Throws Error: the sentence of all faults of a pickle, around what it does.
[[noreturn]] void refuse_pickle(const std::string& what);

/// A line of a text opcode, without its newline. Throws Error when it has no end.
std::string_view take_line(ByteReader& in);

/// A text of `size` bytes, which must be UTF-8.
Node read_text(ByteReader& in, std::uint64_t size);
/// Python 2 wrote texts and bytes alike: a string where it is UTF-8, bytes elsewhere.
Node read_python2_string(ByteReader& in, std::uint64_t size);
Node read_bytes(ByteReader& in, std::uint64_t size);

/// A number in two's complement, least significant byte first; wider than 64 bits its bytes.
Node read_long(ByteReader& in, std::uint64_t size);
/// A line "12" or "12L"; "00" and "01" are False and True. Wider than 64 bits its digits.
Node read_decimal(ByteReader& in);
/// The one number of a pickle that is big-endian.
Node read_float(ByteReader& in);

}  // namespace mlpctl::state
