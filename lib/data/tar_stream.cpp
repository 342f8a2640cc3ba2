#include "data/tar_stream.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "base/byte_reader.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

/// More than any system takes as a name, and than pax records have beside it.
constexpr std::uint64_t kMostExtension = 64 << 10;
constexpr std::size_t kSkipped = 64 << 10;

/// The types of members that hold a file's bytes, and of those that tell of the next header.
constexpr std::string_view kFileTypes{
    "0\0"
    "7",
    3};
constexpr char kGnuSparse = 'S', kGnuLongName = 'L', kPax = 'x';

bool is_zero(std::span<const std::byte> block) {
  return std::ranges::all_of(block, [](std::byte byte) { return byte == std::byte{}; });
}

}  // namespace

TarStream::TarStream(ByteSource source, std::string name)
    : source_(std::move(source)), name_(std::move(name)) {}

void TarStream::fail(const std::string& sentence) {
  ended_ = true;
  throw Error(ErrorCode::kCorruption, name_ + ": " + sentence + "; copy it again");
}

std::size_t TarStream::fill(std::span<std::byte> out) {
  std::size_t done = 0;
  while (done < out.size()) {
    const std::size_t count = source_(out.subspan(done));
    if (count == 0) break;
    done += count;
  }
  return done;
}

void TarStream::skip(std::uint64_t bytes) {
  std::array<std::byte, kSkipped> buffer{};
  while (bytes > 0) {
    const auto part = static_cast<std::size_t>(std::min<std::uint64_t>(bytes, buffer.size()));
    if (fill(std::span(buffer).first(part)) != part) fail("the tar archive is cut off in a file");
    bytes -= part;
  }
}

void TarStream::pass_member() {
  skip(std::exchange(left_, 0));
  skip(std::exchange(padding_, 0));
}

std::size_t TarStream::read(std::span<std::byte> out) {
  const auto most = static_cast<std::size_t>(std::min<std::uint64_t>(left_, out.size()));
  if (most == 0) return 0;
  const std::size_t count = source_(out.first(most));
  if (count == 0) fail("the tar archive is cut off in a file");
  left_ -= count;
  return count;
}

// Archives that were written one behind the other have zeros between them.
std::optional<TarHeader> TarStream::next_header() {
  pass_member();
  std::array<std::byte, kTarBlock> block;
  for (bool zeros = false;; zeros = true) {
    const std::size_t count = fill(block);
    if (zeros && is_zero(std::span(block).first(count)) && count < block.size())
      return std::nullopt;
    if (count < block.size()) fail("the tar archive is cut off: its end mark is not there");
    if (is_zero(block)) continue;
    std::optional<TarHeader> header = read_tar_header(block);
    if (!header || !header->is_sound) fail("the tar archive is damaged: the header of a file");
    left_ = header->size;
    padding_ = in_tar_blocks(left_) - left_;
    return header;
  }
}

std::string TarStream::extension_text(const TarHeader& header) {
  if (header.size > kMostExtension) fail("the tar archive is damaged: a name without end");
  std::string text(static_cast<std::size_t>(header.size), '\0');
  std::span<std::byte> out = std::as_writable_bytes(std::span(text));
  while (!out.empty()) out = out.subspan(read(out));
  return text;
}

/// Records of "<length> <key>=<value>\n", where the length counts all of it.
void TarStream::read_pax(const std::string& records, Extension& extension) {
  std::string_view rest = records;
  while (!rest.empty() && rest[0] != '\0') {
    std::size_t length = 0;
    const auto [blank, error] = std::from_chars(rest.data(), rest.data() + rest.size(), length);
    const auto digits = static_cast<std::size_t>(blank - rest.data());
    const bool fits = error == std::errc() && length <= rest.size() && length > digits + 1;
    if (!fits || rest[digits] != ' ' || rest[length - 1] != '\n') {
      fail("the tar archive is damaged: a pax header");
    }
    const std::string_view record = rest.substr(digits + 1, length - digits - 2);
    const std::size_t equals = std::min(record.find('='), record.size());
    const std::string_view key = record.substr(0, equals);
    const std::string_view value = record.substr(std::min(equals + 1, record.size()));
    if (key == "path") extension.name = value.substr(0, value.find('\0'));
    if (key == "size") {
      std::uint64_t size = 0;
      const char* const begin = value.data();  // NOLINT(bugprone-suspicious-stringview-data-usage)
      const char* const end = begin + value.size();
      if (std::from_chars(begin, end, size).ptr != end || value.empty()) {
        fail("the tar archive is damaged: a pax header");
      }
      extension.size = size;
    }
    rest.remove_prefix(length);
  }
}

TarStream::Member TarStream::as_extended(const TarHeader& header, const Extension& extension) {
  if (extension.size) {
    left_ = *extension.size;
    padding_ = in_tar_blocks(left_) - left_;
  }
  return {extension.name.empty() ? header.name : extension.name, left_};
}

std::optional<TarStream::Member> TarStream::next() {
  Extension extension;
  while (!ended_) {
    const std::optional<TarHeader> header = next_header();
    if (!header) break;
    if (header->type == kGnuLongName) {
      const std::string text = extension_text(*header);
      extension.name = text.substr(0, text.find('\0'));
    } else if (header->type == kPax) {
      read_pax(extension_text(*header), extension);
    } else if (header->type == kGnuSparse) {
      ended_ = true;
      throw Error(ErrorCode::kNotSupported,
                  name_ + ": the tar archive holds a sparse file, which is not read: " +
                      header->name + "; pack it again with its holes filled");
    } else {
      Member member = as_extended(*header, std::exchange(extension, {}));
      // A name that ends so is a folder's, in old archives.
      const bool is_file =
          kFileTypes.find(header->type) != kFileTypes.npos && !member.name.ends_with('/');
      if (is_file) return member;
    }
  }
  ended_ = true;
  return std::nullopt;
}

}  // namespace mlpctl::data
