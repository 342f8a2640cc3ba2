#include "state/value/utf8.hpp"

#include <algorithm>
#include <cstdint>

#include "mlpctl/error.hpp"

namespace mlpctl::state {
namespace {

/// Bytes of the sequence that begins with `lead`; 0 when none does.
std::size_t sequence_length(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead >= 0xC2 && lead <= 0xDF) return 2;
  if (lead >= 0xE0 && lead <= 0xEF) return 3;
  return lead >= 0xF0 && lead <= 0xF4 ? 4 : 0;
}

bool is_sequence(std::string_view bytes) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(bytes[i]); };
  for (std::size_t i = 1; i < bytes.size(); ++i) {
    if ((at(i) & 0xC0U) != 0x80U) return false;
  }
  if (at(0) == 0xE0) return at(1) >= 0xA0;  // overlong
  if (at(0) == 0xF0) return at(1) >= 0x90;  // overlong
  return at(0) != 0xF4 || at(1) <= 0x8F;    // beyond U+10FFFF
}

}  // namespace

bool is_utf8(std::string_view text) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = sequence_length(static_cast<unsigned char>(text[at]));
    if (length == 0 || length > text.size() - at) return false;
    if (length > 1 && !is_sequence(text.substr(at, length))) return false;
    at += length;
  }
  return true;
}

std::string latin1_from_utf8(std::string_view text) {
  std::string bytes;
  bytes.reserve(text.size());
  for (std::size_t at = 0; at < text.size(); ++at) {
    const auto lead = static_cast<unsigned char>(text[at]);
    if (lead < 0x80) {
      bytes.push_back(text[at]);
    } else if (lead <= 0xC3 && at + 1 < text.size()) {
      const auto next = static_cast<unsigned char>(text[++at]);
      bytes.push_back(static_cast<char>(((lead & 3U) << 6U) | (next & 0x3FU)));
    } else {
      throw Error(ErrorCode::kCorruption, "bytes in its pickle are no bytes: it is damaged");
    }
  }
  return bytes;
}

}  // namespace mlpctl::state
