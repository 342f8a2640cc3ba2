#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>

#include "mlpctl/error.hpp"

namespace mlpctl {

/// A file's little-endian number at a place that the caller has checked.
template <typename T>
T load_le(std::span<const std::byte> bytes, std::size_t at) {
  static_assert(std::endian::native == std::endian::little);
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

/// The same bytes as characters; they must outlive the text.
inline std::string_view as_text(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

inline std::span<const std::byte> as_byte_span(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

/// Walks over bytes from front to back and refuses to step over their end.
class ByteReader {
 public:
  /// The bytes end before what they announce.
  struct End : Error {
    explicit End(const std::string& sentence = "it ends before what it announces")
        : Error(ErrorCode::kCorruption, sentence) {}
  };

  explicit ByteReader(std::span<const std::byte> bytes, std::size_t at = 0)
      : bytes_(bytes), at_(at) {
    if (at > bytes.size()) throw End();
  }

  std::size_t position() const { return at_; }
  std::size_t left() const { return bytes_.size() - at_; }
  void seek(std::size_t at) { at_ = at; }
  /// A reader at the same place that sees at most `limit` bytes more.
  ByteReader window(std::size_t limit) const {
    return ByteReader(bytes_.first(at_ + (limit < left() ? limit : left())), at_);
  }

  std::span<const std::byte> take(std::uint64_t count) {
    if (count > left()) throw End();
    const auto taken = bytes_.subspan(at_, static_cast<std::size_t>(count));
    at_ += static_cast<std::size_t>(count);
    return taken;
  }
  template <typename T>
  T number() {
    return load_le<T>(take(sizeof(T)), 0);
  }
  std::string_view text(std::uint64_t count) { return as_text(take(count)); }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_;
};

}  // namespace mlpctl
