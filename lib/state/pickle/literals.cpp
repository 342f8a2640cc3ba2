#include "state/pickle/literals.hpp"

#include <algorithm>
#include <bit>
#include <charconv>
#include <limits>

#include "mlpctl/error.hpp"
#include "state/value/escapes.hpp"
#include "state/value/scalar.hpp"
#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;

bool is_ascii(char c) {
  return static_cast<unsigned char>(c) < 0x80;
}

// Python itself reads no longer ones.
constexpr std::size_t kMostDigits = 4300;

/// A node says in 32 bits how long its text is.
std::string_view take_text(ByteReader& in, std::uint64_t size) {
  const std::string_view text = in.text(size);
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) {
    refuse_beyond_limits("holds a text or bytes of 4 GiB");
  }
  return text;
}

/// A text of the pickle's own, or one that the arena keeps; Python 2's bytes where it is no UTF-8.
Node text_or_bytes(std::string_view text) {
  return {is_utf8(text) ? Kind::kString : Kind::kBytes, text};
}

}  // namespace

void refuse_pickle(const std::string& what) {
  throw Error(ErrorCode::kCorruption,
              "its pickle " + what + ": the file is damaged or was not made by torch.save");
}

void refuse_beyond_limits(const std::string& what) {
  throw Error(ErrorCode::kNotSupported, "its pickle " + what + ", more than is read");
}

void check_hashable(const Node& node) {
  if (node.is_hashable()) return;
  refuse_pickle("takes " + std::string(to_string(node.kind())) +
                " for a key or an item of a set, as Python cannot");
}

std::string_view take_line(ByteReader& in) {
  const std::size_t begin = in.position();
  const std::string_view ahead = in.text(in.left());
  const std::size_t length = ahead.find('\n');
  if (length == std::string_view::npos) refuse_pickle("has a line without an end");
  in.seek(begin + length + 1);
  return ahead.substr(0, length);
}

Node read_text(ByteReader& in, std::uint64_t size) {
  const std::string_view text = take_text(in, size);
  if (!is_utf8(text)) refuse_pickle("holds a text that is not UTF-8");
  return {Kind::kString, text};
}

Node read_python2_string(ByteReader& in, std::uint64_t size) {
  return text_or_bytes(take_text(in, size));
}

Node read_bytes(ByteReader& in, std::uint64_t size) {
  return {Kind::kBytes, take_text(in, size)};
}

Node read_long(ByteReader& in, std::uint64_t size) {
  const auto bytes = in.take(size);
  if (size > sizeof(std::int64_t)) return {Kind::kBigInt, as_text(bytes)};
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  }
  const bool negative = size > 0 && (bytes.back() & std::byte{0x80}) != std::byte{};
  if (negative && size < sizeof value) value |= ~std::uint64_t{0} << (8 * size);
  return Node(static_cast<std::int64_t>(value));
}

Node read_decimal(Arena& arena, ByteReader& in) {
  std::string_view line = take_line(in);
  if (line == "00" || line == "01") return Node(line == "01");
  if (line.ends_with('L')) line.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  const bool whole = end == line.data() + line.size();
  if (error == std::errc::result_out_of_range && whole) {
    if (line.size() > kMostDigits) {
      refuse_beyond_limits("holds a number of " + std::to_string(line.size()) + " digits");
    }
    return {Kind::kBigInt, arena.text(big_integer_bytes(line))};
  }
  if (error != std::errc() || !whole) refuse_pickle("holds a broken number");
  return Node(value);
}

Node read_float(ByteReader& in) {
  return Node(std::bit_cast<double>(__builtin_bswap64(in.number<std::uint64_t>())));
}

Node read_float_line(ByteReader& in) {
  const std::string_view line = take_line(in);
  double value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  const bool known = error == std::errc() || error == std::errc::result_out_of_range;
  if (!known || end != line.data() + line.size()) refuse_pickle("holds a broken number");
  return Node(value);
}

Node read_quoted(Arena& arena, ByteReader& in) {
  const auto inner = unquoted(take_line(in));
  if (!inner) refuse_pickle("has a text without quotes");
  if (inner->find('\\') == inner->npos) return text_or_bytes(*inner);
  auto text = unescaped(*inner);
  if (!text) refuse_pickle("has a broken escape in a text");
  return text_or_bytes(arena.text(*std::move(text)));
}

Node read_escaped(Arena& arena, ByteReader& in) {
  const std::string_view line = take_line(in);
  const bool plain = line.find('\\') == line.npos && std::ranges::all_of(line, is_ascii);
  if (plain) return {Kind::kString, line};
  auto text = raw_unescaped(line);
  if (!text || !is_utf8(*text)) refuse_pickle("has a broken escape in a text");
  return {Kind::kString, arena.text(*std::move(text))};
}

std::uint32_t read_index(ByteReader& in) {
  const std::string_view line = take_line(in);
  std::uint32_t index = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), index);
  if (error != std::errc() || end != line.data() + line.size()) {
    refuse_pickle("refers to a value by no number");
  }
  return index;
}

}  // namespace mlpctl::state
