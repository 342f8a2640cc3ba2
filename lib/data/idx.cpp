#include "data/idx.hpp"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <limits>
#include <utility>

#include "data/gzip.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

constexpr std::size_t kMagicBytes = 4, kSizeBytes = 4, kMaxRank = 3;
constexpr std::byte kUnsignedByte{0x08}, kInt32{0x0C};
// Deflate packs the pictures of a data set to a fifth or so of their bytes, and black ones to a
// thousandth. A small file may hold those; a large one would fill memory from next to nothing.
constexpr std::size_t kMaxPackedRatio = 24, kAlwaysUnpacked = 64 << 20;
// Deflate cannot pack more than this many bytes into one (RFC 1951: 258 bytes in two bits).
constexpr std::size_t kMaxDeflateRatio = 1032;
constexpr std::size_t kMostValues =
    std::numeric_limits<std::ptrdiff_t>::max() / sizeof(std::int32_t);

struct Header {
  std::vector<std::int64_t> sizes;
  std::byte type{};
  std::size_t value_bytes() const {
    return type == kInt32 ? values * sizeof(std::int32_t) : values;
  }
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
  if (bytes[2] != kUnsignedByte && bytes[2] != kInt32) {
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
  Header header{{}, bytes[2], kMagicBytes + kSizeBytes * rank, 1};
  if (bytes.size() < header.bytes)
    throw Error(ErrorCode::kCorruption, name + ": ends within its IDX header");
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t size =
        big_endian(bytes.subspan(kMagicBytes + kSizeBytes * i).first<kSizeBytes>());
    if (size != 0 && header.values > kMostValues / size) {
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

/// The bytes behind the header, as many as it declares.
std::span<const std::byte> checked_values(std::span<const std::byte> bytes, const Header& header,
                                          const std::string& name) {
  const std::size_t there = bytes.size() - header.bytes;
  if (there < header.value_bytes()) fail_short(header, there, name);
  if (there > header.value_bytes()) {
    throw Error(ErrorCode::kCorruption,
                name + ": has " + std::to_string(there - header.value_bytes()) +
                    " bytes after the last value that its header declares (" + dimensions(header) +
                    ")");
  }
  return bytes.subspan(header.bytes);
}

}  // namespace

bool is_idx(std::span<const std::byte> bytes) {
  return bytes.size() >= kMagicBytes && bytes[0] == std::byte{0} && bytes[1] == std::byte{0} &&
         (bytes[2] == kUnsignedByte || bytes[2] == kInt32);
}

bool holds_int_labels(std::span<const std::byte> bytes) {
  return is_idx(bytes) && bytes[2] == kInt32;
}

IdxArray parse_idx(std::span<const std::byte> bytes, const std::string& name) {
  Header header = parse_header(bytes, name);
  if (header.type == kInt32) {
    throw Error(ErrorCode::kNotSupported, name + ": holds integers of 32 bits, not bytes");
  }
  const auto values = checked_values(bytes, header, name);
  const auto* first = reinterpret_cast<const std::uint8_t*>(values.data());
  return {std::move(header.sizes), {first, header.values}};
}

std::vector<std::uint8_t> parse_int_labels(std::span<const std::byte> bytes,
                                           const std::string& name) {
  const Header header = parse_header(bytes, name);
  const bool is_table = header.sizes.size() == 2 && header.sizes[1] > 0;
  if (header.type != kInt32 || (header.sizes.size() != 1 && !is_table)) {
    throw Error(ErrorCode::kNotSupported,
                name + ": holds no labels: integers of 32 bits, one or a row for each picture");
  }
  const auto values = checked_values(bytes, header, name);
  const auto count = static_cast<std::size_t>(header.sizes[0]);
  const std::size_t row =
      is_table ? static_cast<std::size_t>(header.sizes[1]) * kSizeBytes : kSizeBytes;
  std::vector<std::uint8_t> labels(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t label = big_endian(values.subspan(i * row).first<kSizeBytes>());
    labels[i] = static_cast<std::uint8_t>(std::min<std::uint32_t>(label, 255));
  }
  return labels;
}

void turn_upright(std::span<std::uint8_t> pictures, std::int64_t side) {
  const auto n = static_cast<std::size_t>(side);
  for (std::size_t first = 0; first + n * n <= pictures.size(); first += n * n) {
    for (std::size_t y = 0; y < n; ++y) {
      for (std::size_t x = 0; x < y; ++x) {
        std::swap(pictures[first + y * n + x], pictures[first + x * n + y]);
      }
    }
  }
}

bool is_stored_transposed(const std::string& path) {
  return std::filesystem::path(path).filename().string().starts_with("emnist-");
}

std::vector<std::byte> gunzip_idx(std::span<const std::byte> bytes, const std::string& name) {
  GzipReader reader(bytes, name);
  std::vector<std::byte> out(kMagicBytes);
  out.resize(reader.read(out));
  const std::size_t rank = checked_rank(out, name);
  out.resize(kMagicBytes + kSizeBytes * rank);
  out.resize(kMagicBytes + reader.read(std::span(out).subspan(kMagicBytes)));
  const Header header = parse_header(out, name);
  const std::size_t declared = header.value_bytes();
  if (declared / kMaxDeflateRatio > bytes.size()) {
    throw Error(ErrorCode::kCorruption,
                name + ": declares " + dimensions(header) + " values, more than its " +
                    std::to_string(bytes.size()) + " compressed bytes can hold");
  }
  if (declared > kAlwaysUnpacked && declared / kMaxPackedRatio > bytes.size()) {
    throw Error(ErrorCode::kNotSupported,
                name + ": unpacks to " + dimensions(header) + " values, more than " +
                    std::to_string(kMaxPackedRatio) + " times its " + std::to_string(bytes.size()) +
                    " compressed bytes, as no data set does; if it is one, unpack it with gunzip");
  }
  // One byte more than declared, so that trailing bytes show and the gzip checksum is read.
  out.resize(header.bytes + declared + 1);
  const std::size_t there = reader.read(std::span(out).subspan(header.bytes));
  out.resize(header.bytes + there);
  return out;
}

IdxFile::IdxFile(const std::string& path) : path_(path), file_(path) {
  if (!is_gzip(file_->bytes())) {
    take(file_->bytes());
    return;
  }
  held_ = gunzip_idx(file_->bytes(), path);
  file_->check_unchanged();
  take(held_);
}

IdxFile::IdxFile(std::vector<std::byte> bytes, std::string name)
    : path_(std::move(name)), held_(std::move(bytes)) {
  if (is_gzip(held_)) held_ = gunzip_idx(held_, path_);
  take(held_);
}

void IdxFile::take(std::span<const std::byte> bytes) {
  if (holds_int_labels(bytes)) {
    take_int_labels(bytes);
  } else {
    array_ = parse_idx(bytes, path_);
    if (array_.sizes.size() == 3 && is_stored_transposed(path_)) turn_pictures();
  }
}

void IdxFile::take_int_labels(std::span<const std::byte> bytes) {
  const std::vector<std::uint8_t> labels = parse_int_labels(bytes, path_);
  check_unchanged();
  const auto plain = std::as_bytes(std::span(labels));
  held_.assign(plain.begin(), plain.end());
  take_held({static_cast<std::int64_t>(labels.size())}, 0);
}

void IdxFile::turn_pictures() {
  const std::vector<std::int64_t> sizes = array_.sizes;
  if (sizes[1] != sizes[2]) return;
  if (held_.empty()) {
    const auto values = std::as_bytes(array_.values);
    held_.assign(values.begin(), values.end());
    file_->check_unchanged();
  }
  take_held(sizes, held_.size() - array_.values.size());
  auto* const first = reinterpret_cast<std::uint8_t*>(held_.data());
  turn_upright(std::span(first, held_.size()).last(array_.values.size()), sizes[1]);
  turned_ = true;
}

void IdxFile::take_held(std::vector<std::int64_t> sizes, std::size_t begin) {
  const auto* const first = reinterpret_cast<const std::uint8_t*>(held_.data());
  array_ = {std::move(sizes), std::span(first, held_.size()).subspan(begin)};
}

void IdxFile::check_unchanged() const {
  // What is held was checked when it was read.
  if (held_.empty() && file_) file_->check_unchanged();
}

}  // namespace mlpctl::data
