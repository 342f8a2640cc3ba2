#include <algorithm>
#include <array>
#include <vector>

#include "image/decode/codec.hpp"
#include "image/decode/leptonica.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kSuffixes[] = {".tif", ".tiff"};
constexpr std::uint32_t kSubfileType = 254, kStripOffsets = 273, kOrientation = 274,
                        kStripBytes = 279, kTileOffsets = 324, kTileBytes = 325;
constexpr std::uint32_t kShort = 3;

bool is_tiff(const ByteView& file) {
  return file.has(0, {"II*\0", 4}) || file.has(0, {"MM\0*", 4});
}

/// Bytes of a value of an entry.
std::size_t type_size(std::uint32_t type) {
  constexpr std::array<std::size_t, 13> kSizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8};
  return type < kSizes.size() ? kSizes[type] : 0;
}

/// The first directory of a TIFF.
class Directory {
 public:
  /// Walks it and all that it points to.
  explicit Directory(const ByteView& file) : file_(file), little_(file.has(0, "II")) {
    const std::size_t first = u32(4), count = u16(first);
    file.require(first + 2 + count * kEntry + 4);
    Array offsets, lengths;
    for (std::size_t entry = first + 2; entry < first + 2 + count * kEntry; entry += kEntry) {
      const std::uint32_t tag = u16(entry);
      const Array array = array_at(entry);
      if (tag == kOrientation) note_orientation(entry);
      if (tag == kStripOffsets || tag == kTileOffsets) offsets = array;
      if (tag == kStripBytes || tag == kTileBytes) lengths = array;
    }
    file.require(offsets.at + offsets.count * offsets.width);
    file.require(lengths.at + lengths.count * lengths.width);
    for (std::size_t i = 0; i < offsets.count && i < lengths.count; ++i) {
      file.require(element(offsets, i) + element(lengths, i));
    }
  }

  int orientation() const { return orientation_; }

  /// How many directories there are, but for those of smaller copies. What follows the first
  /// picture may be anything, so it never fails.
  std::int64_t pages() const {
    constexpr std::size_t kMost = 4096;
    std::vector<std::size_t> pages{u32(4)};
    std::size_t smaller = 0;
    for (std::size_t at = next(pages.back()); holds_directory(at); at = next(at)) {
      // A ring of directories has no end.
      if (std::ranges::count(pages, at) > 0 || pages.size() == kMost) break;
      pages.push_back(at);
      if (is_reduced(at)) ++smaller;
    }
    return static_cast<std::int64_t>(pages.size() - smaller);
  }

  /// The file as if it lay upright, because Leptonica turns some colour pictures the wrong way.
  std::vector<l_uint8> unturned() const {
    std::vector<l_uint8> out(data_of(file_), data_of(file_) + file_.size());
    out[orientation_at_] = little_ ? 1 : 0;
    out[orientation_at_ + 1] = little_ ? 0 : 1;
    return out;
  }

 private:
  static constexpr std::size_t kEntry = 12;

  struct Array {
    std::size_t count = 0, width = 4, at = 0;
  };

  std::uint32_t u16(std::size_t at) const { return little_ ? file_.little16(at) : file_.big16(at); }
  std::uint32_t u32(std::size_t at) const { return little_ ? file_.little32(at) : file_.big32(at); }

  bool holds_directory(std::size_t at) const {
    return at != 0 && at + 2 <= file_.size() && u16(at) > 0 &&
           at + 2 + u16(at) * kEntry + 4 <= file_.size();
  }
  /// Where the directory after this one is; 0: there is none.
  std::size_t next(std::size_t at) const { return u32(at + 2 + u16(at) * kEntry); }
  /// Whether the directory is one of a smaller copy of another picture.
  bool is_reduced(std::size_t at) const {
    for (std::size_t entry = at + 2; entry < at + 2 + u16(at) * kEntry; entry += kEntry) {
      if (u16(entry) == kSubfileType) return (u32(entry + 8) & 1U) != 0;
    }
    return false;
  }

  /// The entry's values, which lie in it or where it points to.
  Array array_at(std::size_t entry) const {
    Array array{u32(entry + 4), u16(entry + 2) == kShort ? 2U : 4U, entry + 8};
    const std::size_t held = array.count * type_size(u16(entry + 2));
    if (held > 4) {
      array.at = u32(entry + 8);
      file_.require(array.at + held);
    }
    return array;
  }

  std::size_t element(const Array& array, std::size_t i) const {
    const std::size_t at = array.at + i * array.width;
    return array.width == 2 ? u16(at) : u32(at);
  }

  void note_orientation(std::size_t entry) {
    const std::uint32_t value = u16(entry + 8);
    if (u16(entry + 2) != kShort || value < 1 || value > 8) return;
    orientation_ = static_cast<int>(value);
    orientation_at_ = entry + 8;
  }

  const ByteView& file_;
  bool little_;
  int orientation_ = 1;
  std::size_t orientation_at_ = 0;
};

/// The size that libtiff will decode. Of repeated tags and of values wider than 32 bits it has a
/// view of its own, so no other reader of the size would do for a limit.
PictureHeader tiff_header(const ByteView& file) {
  const Directory directory(file);
  PictureHeader header{.orientation = directory.orientation(),
                       .sequence = {.count = directory.pages(), .unit = "page"}};
  l_int32 width = 0, height = 0;
  if (readHeaderMemTiff(data_of(file), file.size(), 0, &width, &height, nullptr, nullptr, nullptr,
                        nullptr, nullptr) != 0) {
    file.fail("is damaged, or of a kind that cannot be read; save it as PNG");
  }
  header.width = width;
  header.height = height;
  return header;
}

Picture decode_tiff(const ByteView& file, const PictureHeader& header, const Reducing&) {
  if (header.orientation == 1) {
    return picture_of(PixPtr(pixReadMemTiff(data_of(file), file.size(), 0)), file);
  }
  const std::vector<l_uint8> unturned = Directory(file).unturned();
  return picture_of(PixPtr(pixReadMemTiff(unturned.data(), unturned.size(), 0)), file);
}

}  // namespace

const Codec kTiff{"TIFF", kSuffixes, is_tiff, tiff_header, decode_tiff};

}  // namespace mlpctl::image
