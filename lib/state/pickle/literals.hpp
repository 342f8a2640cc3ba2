#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/byte_reader.hpp"
#include "mlpctl/state/node.hpp"
#include "state/value/arena.hpp"

namespace mlpctl::state {

/// Throws Error: the sentence of all faults of a pickle, around what it does.
[[noreturn]] void refuse_pickle(const std::string& what);
/// The same of what is more than the reader takes, and no fault of the pickle.
[[noreturn]] void refuse_beyond_limits(const std::string& what);

/// Throws Error for what Python takes neither for a key nor for an item of a set.
void check_hashable(const Node& node);

/// A line of a text opcode, without its newline. Throws Error when it has no end.
std::string_view take_line(ByteReader& in);

/// A text of `size` bytes, which must be UTF-8.
Node read_text(ByteReader& in, std::uint64_t size);
/// Python 2 wrote texts and bytes alike: a string where it is UTF-8, bytes elsewhere.
Node read_python2_string(ByteReader& in, std::uint64_t size);
Node read_bytes(ByteReader& in, std::uint64_t size);

/// A number in two's complement, least significant byte first; wider than 64 bits its bytes.
Node read_long(ByteReader& in, std::uint64_t size);
/// A line "12" or "12L"; "00" and "01" are False and True. Wider than 64 bits its bytes as above.
Node read_decimal(Arena& arena, ByteReader& in);
/// The one number of a pickle that is big-endian.
Node read_float(ByteReader& in);
/// A line as Python's repr() writes a number: "0.5", "inf", "nan".
Node read_float_line(ByteReader& in);

/// A line as repr() writes a text, with its quotes; Python 2's bytes are written so too.
Node read_quoted(Arena& arena, ByteReader& in);
/// A line in the codec raw-unicode-escape.
Node read_escaped(Arena& arena, ByteReader& in);
/// The line of a place in the memo.
std::uint32_t read_index(ByteReader& in);

}  // namespace mlpctl::state
