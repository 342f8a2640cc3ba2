#include "state/pickle/literals.hpp"

#include <algorithm>
#include <bit>
#include <charconv>

#include "mlpctl/error.hpp"
#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;
constexpr std::size_t kMaxLong = 255, kMaxLine = 4096;

}  // namespace

void refuse_pickle(const std::string& what) {
  throw Error(ErrorCode::kCorruption,
              "its pickle " + what + ": the file is damaged or was not made by torch.save");
}

std::string_view take_line(ByteReader& in) {
  const std::size_t begin = in.position();
  const std::string_view ahead = in.text(std::min(in.left(), kMaxLine));
  const std::size_t length = ahead.find('\n');
  if (length == std::string_view::npos) refuse_pickle("has a line without an end");
  in.seek(begin + length + 1);
  return ahead.substr(0, length);
}

Node read_text(ByteReader& in, std::uint64_t size) {
  const std::string_view text = in.text(size);
  if (!is_utf8(text)) refuse_pickle("holds a text that is not UTF-8");
  return {Kind::kString, text};
}

Node read_python2_string(ByteReader& in, std::uint64_t size) {
  const std::string_view text = in.text(size);
  return {is_utf8(text) ? Kind::kString : Kind::kBytes, text};
}

Node read_bytes(ByteReader& in, std::uint64_t size) {
  return {Kind::kBytes, in.text(size)};
}

Node read_long(ByteReader& in, std::uint64_t size) {
  if (size > kMaxLong) refuse_pickle("holds a number of " + std::to_string(size) + " bytes");
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

Node read_decimal(ByteReader& in) {
  std::string_view line = take_line(in);
  if (line == "00" || line == "01") return Node(line == "01");
  if (line.ends_with('L')) line.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (error == std::errc::result_out_of_range) return {Kind::kBigInt, line};
  if (error != std::errc() || end != line.data() + line.size()) {
    refuse_pickle("holds a broken number");
  }
  return Node(value);
}

Node read_float(ByteReader& in) {
  return Node(std::bit_cast<double>(__builtin_bswap64(in.number<std::uint64_t>())));
}

}  // namespace mlpctl::state
