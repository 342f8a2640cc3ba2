#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "mlpctl/error.hpp"

namespace mlpctl::image {

/// The bytes of a picture file with reads that know where it ends: reading past the end throws the
/// Error that the file is cut off.
class ByteView {
 public:
  ByteView(std::span<const std::byte> bytes, const std::string& name)
      : bytes_(bytes), name_(&name) {}

  std::size_t size() const { return bytes_.size(); }
  const std::string& name() const { return *name_; }
  std::span<const std::byte> bytes() const { return bytes_; }

  void require(std::size_t end) const {
    if (end > size()) {
      fail("is cut off: it needs " + std::to_string(end) + " bytes and has " +
           std::to_string(size()) + "; copy it again");
    }
  }
  std::uint32_t u8(std::size_t at) const {
    require(at + 1);
    return std::to_integer<std::uint32_t>(bytes_[at]);
  }
  std::uint32_t big16(std::size_t at) const { return u8(at) << 8 | u8(at + 1); }
  std::uint32_t big32(std::size_t at) const { return big16(at) << 16 | big16(at + 2); }
  std::uint32_t little16(std::size_t at) const { return u8(at) | u8(at + 1) << 8; }
  std::uint32_t little24(std::size_t at) const { return little16(at) | u8(at + 2) << 16; }
  std::uint32_t little32(std::size_t at) const { return little16(at) | little16(at + 2) << 16; }

  /// Whether these bytes stand at that place.
  bool has(std::size_t at, std::string_view text) const {
    if (at > size() || text.size() > size() - at) return false;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (static_cast<char>(bytes_[at + i]) != text[i]) return false;
    }
    return true;
  }

  /// The file is damaged.
  [[noreturn]] void fail(const std::string& sentence) const {
    throw Error(ErrorCode::kCorruption, *name_ + ": " + sentence);
  }
  /// The file may be sound, and is not one that is read here.
  [[noreturn]] void refuse(const std::string& sentence) const {
    throw Error(ErrorCode::kNotSupported, *name_ + ": " + sentence);
  }

 private:
  std::span<const std::byte> bytes_;
  const std::string* name_;
};

}  // namespace mlpctl::image
