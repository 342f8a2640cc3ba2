#include "image/decode/heif_boxes.hpp"

#include <algorithm>
#include <cstddef>
#include <string_view>

#include "image/picture.hpp"

namespace mlpctl::image {
namespace {

constexpr std::size_t kBoxHeader = 8, kLongBoxHeader = 16, kVersionAndFlags = 4;

/// Bytes of the file from one place to another.
struct BoxRange {
  std::size_t begin, end;

  bool has(std::size_t bytes) const { return bytes <= end - begin; }
};

/// A box of which the header lies within the file.
struct HeifBox {
  std::size_t header = kBoxHeader;
  /// With its header; 0: up to the end of what holds it.
  std::uint64_t size = 0;

  HeifBox(const ByteView& file, std::size_t at) : size(file.big32(at)) {
    constexpr std::uint64_t kSizeFollows = 1;
    if (size != kSizeFollows) return;
    header = kLongBoxHeader;
    size = std::uint64_t{file.big32(at + 8)} << 32U | file.big32(at + 12);
  }
};

/// Calls found(type, content) for every box in that part of the file.
template <typename Found>
void for_boxes(const ByteView& file, BoxRange in, Found found) {
  while (in.has(kBoxHeader)) {
    if (file.big32(in.begin) == 1 && !in.has(kLongBoxHeader)) return;
    const HeifBox box(file, in.begin);
    const std::size_t left = in.end - in.begin;
    const std::size_t size =
        box.size == 0 ? left : static_cast<std::size_t>(std::min<std::uint64_t>(box.size, left));
    if (size < box.header) return;
    found(file.big32(in.begin + 4), BoxRange{in.begin + box.header, in.begin + size});
    in.begin += size;
  }
}

/// Reads the numbers of a box one after the other, 0 behind its end.
class BoxNumbers {
 public:
  BoxNumbers(const ByteView& file, BoxRange range) : file_(file), range_(range) {}

  bool at_end() const { return range_.begin == range_.end; }
  std::uint32_t next(std::size_t bytes) {
    const std::size_t at = range_.begin;
    const bool whole = range_.has(bytes);
    skip(bytes);
    if (!whole) return 0;
    return bytes == 4 ? file_.big32(at) : bytes == 2 ? file_.big16(at) : file_.u8(at);
  }
  void skip(std::size_t bytes) { range_.begin += std::min(bytes, range_.end - range_.begin); }

 private:
  const ByteView& file_;
  BoxRange range_;
};

constexpr std::size_t kShortNumber = 2, kLongNumber = 4;

std::uint32_t type_of(std::string_view name) {
  std::uint32_t type = 0;
  for (const char letter : name) type = type << 8 | static_cast<unsigned char>(letter);
  return type;
}

/// The references of a box "iref". One follows the other; that each has a box of its own around it
/// does not count, as with libheif.
void add_parts(const ByteView& file, BoxRange iref, HeifPictures& pictures) {
  BoxNumbers numbers(file, iref);
  const std::size_t identifier = numbers.next(4) >> 24 == 0 ? kShortNumber : kLongNumber;
  while (!numbers.at_end()) {
    const bool long_header = numbers.next(4) == 1;
    const std::uint32_t type = numbers.next(4);
    if (long_header) numbers.skip(kLongBoxHeader - kBoxHeader);
    const std::uint32_t from = numbers.next(identifier);
    for (std::uint32_t left = numbers.next(2); left > 0 && !numbers.at_end(); --left) {
      const std::uint32_t to = numbers.next(identifier);
      if (type == type_of("dimg")) pictures[from].parts.push_back(to);
      if (type == type_of("auxl")) pictures[to].parts.push_back(from);
    }
  }
}

/// The pixels of each property of a box "ipco"; 0: it is not a size.
std::vector<std::int64_t> sizes_among(const ByteView& file, BoxRange ipco) {
  std::vector<std::int64_t> sizes;
  for_boxes(file, ipco, [&](std::uint32_t type, BoxRange property) {
    BoxNumbers numbers(file, property);
    numbers.skip(kVersionAndFlags);
    const bool is_size = type == type_of("ispe");
    const std::int64_t width = is_size ? numbers.next(4) : 0;
    const std::int64_t height = is_size ? numbers.next(4) : 0;
    sizes.push_back(std::min(width, kMaxSide + 1) * std::min(height, kMaxSide + 1));
  });
  return sizes;
}

/// The largest of the sizes that a box "ipma" gives each picture.
void add_sizes(const ByteView& file, BoxRange ipma, const std::vector<std::int64_t>& sizes,
               HeifPictures& pictures) {
  BoxNumbers numbers(file, ipma);
  const std::uint32_t version_and_flags = numbers.next(4);
  const std::size_t identifier = version_and_flags >> 24 == 0 ? kShortNumber : kLongNumber;
  const std::size_t index = (version_and_flags & 1U) != 0 ? 2 : 1;
  const std::uint32_t essential = index == 2 ? 0x8000 : 0x80;
  for (std::uint32_t left = numbers.next(4); left > 0 && !numbers.at_end(); --left) {
    const std::uint32_t picture = numbers.next(identifier);
    for (std::uint32_t properties = numbers.next(1); properties > 0; --properties) {
      const std::uint32_t property = numbers.next(index) & ~essential;  // Counted from 1.
      if (property == 0 || property > sizes.size()) continue;
      std::int64_t& pixels = pictures[picture].pixels;
      pixels = std::max(pixels, sizes[property - 1]);
    }
  }
}

void add_sizes(const ByteView& file, BoxRange iprp, HeifPictures& pictures) {
  std::vector<std::int64_t> sizes;
  for_boxes(file, iprp, [&](std::uint32_t type, BoxRange box) {
    if (type == type_of("ipco")) sizes = sizes_among(file, box);
  });
  for_boxes(file, iprp, [&](std::uint32_t type, BoxRange box) {
    if (type == type_of("ipma")) add_sizes(file, box, sizes, pictures);
  });
}

}  // namespace

void check_boxes(const ByteView& file) {
  std::size_t at = 0;
  while (at < file.size()) {
    const std::uint64_t size = HeifBox(file, at).size;
    if (size == 0) return;  // To the end of the file.
    if (size < kBoxHeader) {
      file.fail("is damaged: a box of its HEIF structure has an impossible size");
    }
    if (size > file.size() - at) file.require(size < SIZE_MAX - at ? at + size : SIZE_MAX);
    at += static_cast<std::size_t>(size);
  }
}

HeifPictures heif_pictures(const ByteView& file) {
  HeifPictures pictures;
  for_boxes(file, {0, file.size()}, [&](std::uint32_t outer, BoxRange meta) {
    if (outer != type_of("meta") || !meta.has(kVersionAndFlags)) return;
    meta.begin += kVersionAndFlags;
    for_boxes(file, meta, [&](std::uint32_t type, BoxRange box) {
      if (type == type_of("iref")) add_parts(file, box, pictures);
      if (type == type_of("iprp")) add_sizes(file, box, pictures);
    });
  });
  return pictures;
}

}  // namespace mlpctl::image
