#include "data/idx.hpp"

#include <algorithm>
#include <cstdio>
#include <limits>
#include <utility>

#include "data/gzip.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

constexpr std::size_t kMagicBytes = 4, kSizeBytes = 4, kMaxRank = 3;
constexpr std::byte kUnsignedByte{0x08};
// Deflate packs the pictures of a data set to a fifth or so of their bytes, and black ones to a
// thousandth. A small file may hold those; a large one would fill memory from next to nothing.
constexpr std::size_t kMaxPackedRatio = 24, kAlwaysUnpacked = 64 << 20;
// Deflate cannot pack more than this many bytes into one (RFC 1951: 258 bytes in two bits).
constexpr std::size_t kMaxDeflateRatio = 1032;

struct Header {
  std::vector<std::int64_t> sizes;
  std::size_t bytes = 0;   // of the header itself
  std::size_t values = 0;  // declared
};

std::string first_bytes(std::span<const std::byte> bytes) {
  std::string text;
  for (const std::byte b : bytes.first(std::min(bytes.size(), kMagicBytes))) {
    char hex[4];
    std::snprintf(hex, sizeof(hex), " %02x", std::to_integer<unsigned>(b));
    text += hex;
  }
  return text;
}

std::size_t checked_rank(std::span<const std::byte> bytes, const std::string& name) {
  if (bytes.empty()) throw Error(ErrorCode::kCorruption, name + ": is empty, not an IDX file");
  if (bytes.size() < kMagicBytes || bytes[0] != std::byte{0} || bytes[1] != std::byte{0}) {
    throw Error(ErrorCode::kCorruption, name + ": is not an IDX file: it begins with" +
                                            first_bytes(bytes) + " instead of 00 00 08");
  }
  if (bytes[2] != kUnsignedByte) {
    throw Error(ErrorCode::kNotSupported, name + ": is an IDX file of another type: its magic is" +
                                              first_bytes(bytes) +
                                              ", unsigned bytes have 00 00 08");
  }
  const auto rank = std::to_integer<std::size_t>(bytes[3]);
  if (rank == 0 || rank > kMaxRank) {
    throw Error(ErrorCode::kNotSupported, name + ": has " + std::to_string(rank) +
                                              " dimensions; labels have 1 and images have 3");
  }
  return rank;
}

std::uint32_t big_endian(std::span<const std::byte, kSizeBytes> bytes) {
  std::uint32_t value = 0;
  for (const std::byte b : bytes) value = value << 8 | std::to_integer<std::uint32_t>(b);
  return value;
}

Header parse_header(std::span<const std::byte> bytes, const std::string& name) {
  const std::size_t rank = checked_rank(bytes, name);
  Header header{{}, kMagicBytes + kSizeBytes * rank, 1};
  if (bytes.size() < header.bytes)
    throw Error(ErrorCode::kCorruption, name + ": ends within its IDX header");
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t size =
        big_endian(bytes.subspan(kMagicBytes + kSizeBytes * i).first<kSizeBytes>());
    if (size != 0 && header.values > std::numeric_limits<std::ptrdiff_t>::max() / size) {
      throw Error(ErrorCode::kCorruption, name + ": its IDX header declares an impossible size");
    }
    header.values *= size;
    header.sizes.push_back(static_cast<std::int64_t>(size));
  }
  return header;
}

std::string dimensions(const Header& header) {
  std::string text;
  for (const std::int64_t size : header.sizes) {
    if (!text.empty()) text += 'x';
    text += std::to_string(size);
  }
  return text;
}

[[noreturn]] void fail_short(const Header& header, std::size_t there, const std::string& name) {
  throw Error(ErrorCode::kCorruption, name + ": is too short: its header declares " +
                                          dimensions(header) + " = " +
                                          std::to_string(header.values) + " values and " +
                                          std::to_string(there) + " are there; fetch it again");
}

}  // namespace

bool is_idx(std::span<const std::byte> bytes) {
  return bytes.size() >= kMagicBytes && bytes[0] == std::byte{0} && bytes[1] == std::byte{0} &&
         bytes[2] == kUnsignedByte;
}

IdxArray parse_idx(std::span<const std::byte> bytes, const std::string& name) {
  Header header = parse_header(bytes, name);
  const std::size_t there = bytes.size() - header.bytes;
  if (there < header.values) fail_short(header, there, name);
  if (there > header.values) {
    throw Error(ErrorCode::kCorruption,
                name + ": has " + std::to_string(there - header.values) +
                    " bytes after the last value that its header declares (" + dimensions(header) +
                    ")");
  }
  const auto* values = reinterpret_cast<const std::uint8_t*>(bytes.data() + header.bytes);
  return {std::move(header.sizes), {values, header.values}};
}

std::vector<std::byte> gunzip_idx(std::span<const std::byte> bytes, const std::string& name) {
  GzipReader reader(bytes, name);
  std::vector<std::byte> out(kMagicBytes);
  out.resize(reader.read(out));
  const std::size_t rank = checked_rank(out, name);
  out.resize(kMagicBytes + kSizeBytes * rank);
  out.resize(kMagicBytes + reader.read(std::span(out).subspan(kMagicBytes)));
  const Header header = parse_header(out, name);
  if (header.values / kMaxDeflateRatio > bytes.size()) {
    throw Error(ErrorCode::kCorruption,
                name + ": declares " + dimensions(header) + " values, more than its " +
                    std::to_string(bytes.size()) + " compressed bytes can hold");
  }
  if (header.values > kAlwaysUnpacked && header.values / kMaxPackedRatio > bytes.size()) {
    throw Error(ErrorCode::kNotSupported,
                name + ": unpacks to " + dimensions(header) + " values, more than " +
                    std::to_string(kMaxPackedRatio) + " times its " + std::to_string(bytes.size()) +
                    " compressed bytes, as no data set does; if it is one, unpack it with gunzip");
  }
  // One byte more than declared, so that trailing bytes show and the gzip checksum is read.
  out.resize(header.bytes + header.values + 1);
  const std::size_t there = reader.read(std::span(out).subspan(header.bytes));
  out.resize(header.bytes + there);
  return out;
}

IdxFile::IdxFile(const std::string& path) : path_(path), file_(path) {
  if (!is_gzip(file_->bytes())) {
    array_ = parse_idx(file_->bytes(), path);
    return;
  }
  held_ = gunzip_idx(file_->bytes(), path);
  file_->check_unchanged();
  array_ = parse_idx(held_, path);
}

IdxFile::IdxFile(std::vector<std::byte> bytes, std::string name)
    : path_(std::move(name)), held_(std::move(bytes)) {
  if (is_gzip(held_)) held_ = gunzip_idx(held_, path_);
  array_ = parse_idx(held_, path_);
}

void IdxFile::check_unchanged() const {
  // What is held was checked when it was unpacked.
  if (held_.empty()) file_->check_unchanged();
}

}  // namespace mlpctl::data
