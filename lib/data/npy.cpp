#include "data/npy.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstring>
#include <string_view>

#include "base/byte_reader.hpp"
#include "base/checked.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMostDimensions = 8;

[[noreturn]] void refuse_array(const std::string& name, const std::string& why,
                               ErrorCode code = ErrorCode::kCorruption) {
  throw Error(code, name + ": " + why);
}

/// What stands behind a key of the header, which is a dict as Python prints it.
std::string_view value_behind(std::string_view header, std::string_view key,
                              const std::string& name) {
  std::string quoted = "'";
  quoted.append(key).append("':");
  const std::size_t at = header.find(quoted);
  if (at == header.npos) refuse_array(name, "its .npy header has no " + std::string(key));
  header.remove_prefix(at + quoted.size());
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

void read_type(NpyArray& array, std::string_view text, const std::string& name) {
  const auto foreign = [&](const std::string& what) {
    refuse_array(name, "holds " + what + "; save it as numbers, such as uint8",
                 ErrorCode::kNotSupported);
  };
  if (!text.starts_with('\'')) foreign("records of several fields");
  text.remove_prefix(1);
  const std::string_view type = text.substr(0, text.find('\''));
  if (type.size() > 1 && type[1] == 'O') foreign("Python's objects, which are never read");
  if (type.size() != 3 || std::string_view("<>|=").find(type[0]) == std::string_view::npos) {
    foreign("values of type '" + std::string(type.substr(0, 12)) + "'");
  }
  array.big_endian = type[0] == '>';
  array.kind = type[1];
  array.size = static_cast<std::size_t>(type[2] - '0');
  const bool is_whole = (array.kind == 'u' || array.kind == 'i') &&
                        (array.size == 1 || array.size == 2 || array.size == 4 || array.size == 8);
  const bool is_float = array.kind == 'f' && (array.size == 4 || array.size == 8);
  const bool is_bool = array.kind == 'b' && array.size == 1;
  if (!is_whole && !is_float && !is_bool) foreign("values of type '" + std::string(type) + "'");
}

void read_shape(NpyArray& array, std::string_view text, const std::string& name) {
  const auto broken = [&] { refuse_array(name, "its .npy header has a broken shape"); };
  if (!text.starts_with('(')) broken();
  text.remove_prefix(1);
  for (;;) {
    text.remove_prefix(std::min(text.find_first_not_of(", "), text.size()));
    if (text.starts_with(')')) return;
    std::int64_t size = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc() || size < 0 || array.shape.size() == kMostDimensions) broken();
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    array.shape.push_back(size);
  }
}

template <typename T>
double number_at(const NpyArray& array, std::size_t index) {
  std::array<std::byte, sizeof(T)> raw{};
  std::memcpy(raw.data(), array.values.data() + index * sizeof(T), sizeof(T));
  if (array.big_endian) std::ranges::reverse(raw);
  return static_cast<double>(std::bit_cast<T>(raw));
}

using Getter = double (*)(const NpyArray&, std::size_t);

Getter getter_of(const NpyArray& array) {
  const bool is_signed = array.kind == 'i';
  if (array.kind == 'f') return array.size == 4 ? number_at<float> : number_at<double>;
  switch (array.size) {
    case 1:
      return is_signed ? number_at<std::int8_t> : number_at<std::uint8_t>;
    case 2:
      return is_signed ? number_at<std::int16_t> : number_at<std::uint16_t>;
    case 4:
      return is_signed ? number_at<std::int32_t> : number_at<std::uint32_t>;
    default:
      return is_signed ? number_at<std::int64_t> : number_at<std::uint64_t>;
  }
}

std::vector<std::uint8_t> to_bytes(const NpyArray& array, const std::string& name, double factor,
                                   bool whole) {
  const Getter get = getter_of(array);
  std::vector<std::uint8_t> bytes(array.count());
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    const double value = get(array, i) * factor;
    if (!(value >= 0 && value <= 255) || (whole && value != std::floor(value))) {
      refuse_array(name, "value number " + std::to_string(i) +
                             (whole ? " is no label: a whole number from 0 to 9"
                                    : " is no pixel from 0 to 255"));
    }
    bytes[i] = static_cast<std::uint8_t>(std::lround(value));
  }
  return bytes;
}

bool is_plain_bytes(const NpyArray& array) {
  return array.size == 1 && (array.kind == 'u' || array.kind == 'b');
}

std::vector<std::uint8_t> plain_bytes(const NpyArray& array) {
  const auto* const first = reinterpret_cast<const std::uint8_t*>(array.values.data());
  return {first, first + array.values.size()};
}

}  // namespace

NpyArray parse_npy(std::span<const std::byte> bytes, const std::string& name) {
  if (!as_text(bytes).starts_with(kMagic)) refuse_array(name, "is no .npy array");
  std::string_view header;
  std::span<const std::byte> values;
  try {
    ByteReader in(bytes, kMagic.size());
    const auto major = in.number<std::uint8_t>();
    in.take(1);  // the minor version
    header = in.text(major == 1 ? in.number<std::uint16_t>() : in.number<std::uint32_t>());
    values = bytes.subspan(in.position());
  } catch (const ByteReader::End&) {
    refuse_array(name, "ends within its .npy header");
  }
  NpyArray array;
  read_type(array, value_behind(header, "descr", name), name);
  read_shape(array, value_behind(header, "shape", name), name);
  if (array.shape.size() > 1 && value_behind(header, "fortran_order", name).starts_with("True")) {
    refuse_array(name, "is saved column by column; save numpy.ascontiguousarray of it",
                 ErrorCode::kNotSupported);
  }
  const auto count = checked_product(array.shape);
  const auto size = count ? checked_mul(*count, static_cast<std::int64_t>(array.size)) : count;
  if (!size || static_cast<std::uint64_t>(*size) != values.size()) {
    refuse_array(name, "has " + std::to_string(values.size()) +
                           " bytes of values, which is not what its shape needs");
  }
  array.values = values;
  return array;
}

std::vector<std::uint8_t> to_pixels(const NpyArray& array, const std::string& name) {
  if (is_plain_bytes(array) && array.kind == 'u') return plain_bytes(array);
  double most = 0;
  const Getter get = getter_of(array);
  if (array.kind == 'f') {
    for (std::size_t i = 0; i < array.count(); ++i) most = std::max(most, get(array, i));
  }
  const bool is_share = array.kind == 'b' || (array.kind == 'f' && most <= 1);
  return to_bytes(array, name, is_share ? 255 : 1, false);
}

std::vector<std::uint8_t> to_labels(const NpyArray& array, const std::string& name) {
  return is_plain_bytes(array) ? plain_bytes(array) : to_bytes(array, name, 1, true);
}

}  // namespace mlpctl::data
