#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "image/decode/codec.hpp"
#include "image/decode/foreign_file.hpp"
#include "image/decode/leptonica.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kTiffSuffixes[] = {".tif", ".tiff"};
/// Tags of a directory.
enum Tag : std::uint32_t {
  kSubfileType = 254,
  kBitsPerSample = 258,
  kCompression = 259,
  kStripOffsets = 273,
  kOrientation = 274,
  kSamplesPerPixel = 277,
  kRowsPerStrip = 278,
  kStripBytes = 279,
  kPlanar = 284,
  kTileWidth = 322,
  kTileLength = 323,
  kTileOffsets = 324,
  kTileBytes = 325,
};
constexpr std::uint32_t kByte = 1, kShort = 3, kLong = 4, kLong8 = 16;
/// None, the fax codes, LZW, JPEG old and new, Deflate by two names, PackBits, Zstandard. Others
/// can be told by a file to take any amount of memory.
constexpr std::array<std::uint64_t, 11> kCompressions{1, 2, 3, 4, 5, 6, 7, 8, 32773, 32946, 50000};

bool is_tiff(const ByteView& file) {
  const bool has_signature = file.has(0, {"II*\0", 4}) || file.has(0, {"MM\0*", 4});
  return has_signature && !is_raw_tiff(file);
}

/// Bytes of a value of an entry; 0 for what has no type that libtiff knows.
std::size_t type_size(std::uint32_t type) {
  constexpr std::array<std::size_t, 19> kSizes{0, 1, 1, 2, 4, 8, 1, 1, 2, 4,
                                               8, 4, 8, 4, 0, 0, 8, 8, 8};
  return type < kSizes.size() ? kSizes[type] : 0;
}

/// The first directory of a TIFF.
class Directory {
 public:
  /// Walks it and all that it points to.
  explicit Directory(const ByteView& file) : file_(file), little_(file.has(0, "II")) {
    const std::size_t first = u32(4), count = u16(first);
    file.require(first + 2 + count * kEntry + 4);
    std::size_t held = 0;
    for (std::size_t entry = first + 2; entry < first + 2 + count * kEntry; entry += kEntry) {
      const Array array = array_at(entry);
      // Of repeated tags libtiff may take another than we.
      if (!arrays_.emplace(u16(entry), array).second) {
        file.fail("is a damaged TIFF: an entry stands in it twice");
      }
      held += array.count * array.width;
      if (u16(entry) == kOrientation) note_orientation(entry);
    }
    // libtiff copies all values, also those that share their bytes.
    if (held > file.size() + kMaxShared) file.fail("is a damaged TIFF: its entries overlap");
    check_pieces();
    if (std::ranges::find(kCompressions, number(kCompression, 1)) == kCompressions.end()) {
      file.refuse("is a TIFF of a compression that is not read; save it as PNG");
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

  /// The most bytes that libtiff and Leptonica hold or unpack of a picture of that size.
  std::int64_t memory(std::int64_t width, std::int64_t height) const {
    const std::int64_t samples = bounded(number(kSamplesPerPixel, 1));
    const std::int64_t bits = bounded(number(kBitsPerSample, 1));
    const std::int64_t in_piece = number(kPlanar, 1) == 2 ? 1 : samples;
    const bool tiled = arrays_.contains(kTileWidth) || arrays_.contains(kTileLength);
    std::int64_t across = width,
                 down = std::min(height, bounded(number(kRowsPerStrip, UINT32_MAX)));
    if (tiled) {
      across = bounded(number(kTileWidth, 0));
      down = bounded(number(kTileLength, 0));
    }
    if (across <= 0 || down <= 0 || samples <= 0) file_.fail("is a damaged TIFF: a piece is empty");
    const std::int64_t pieces =
        (width + across - 1) / across * ((height + down - 1) / down) * (samples / in_piece);
    const std::int64_t piece = (across * in_piece * bits + 7) / 8 * down;
    const bool grey = samples == 1 && bits <= 16;
    const std::int64_t pixels = width * height * (grey ? 6 : 8);
    return std::max(pixels + piece, piece * pieces);
  }

 private:
  static constexpr std::size_t kEntry = 12, kMaxShared = 1 << 20;

  struct Array {
    std::uint32_t type = 0;
    std::size_t count = 0, width = 0, at = 0;
  };

  std::uint32_t u16(std::size_t at) const { return little_ ? file_.little16(at) : file_.big16(at); }
  std::uint32_t u32(std::size_t at) const { return little_ ? file_.little32(at) : file_.big32(at); }

  /// Keeps products of numbers of a file within 64 bits.
  static std::int64_t bounded(std::uint64_t value) {
    return static_cast<std::int64_t>(std::min<std::uint64_t>(value, 1'000'000));
  }

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
    const std::uint32_t type = u16(entry + 2);
    Array array{type, u32(entry + 4), type_size(type), entry + 8};
    const std::size_t held = array.count * array.width;
    if (held > 4) {
      array.at = u32(entry + 8);
      file_.require(array.at + held);
    }
    return array;
  }

  std::uint64_t element(const Array& array, std::size_t i) const {
    const std::size_t at = array.at + i * array.width;
    switch (array.type) {
      case kByte:
        return file_.u8(at);
      case kShort:
        return u16(at);
      case kLong:
        return u32(at);
      case kLong8: {
        const std::uint64_t low = u32(little_ ? at : at + 4), high = u32(little_ ? at + 4 : at);
        return high << 32U | low;
      }
      default:
        file_.fail("is a damaged TIFF: an entry is of the wrong type");
    }
  }

  /// The first value of an entry.
  std::uint64_t number(Tag tag, std::uint64_t absent) const {
    const auto found = arrays_.find(tag);
    return found == arrays_.end() || found->second.count == 0 ? absent : element(found->second, 0);
  }

  Array pieces(Tag strips, Tag tiles) const {
    auto found = arrays_.find(tiles);
    if (found == arrays_.end()) found = arrays_.find(strips);
    return found == arrays_.end() ? Array{} : found->second;
  }

  /// The strips or tiles lie in the file, and do not all unpack the same bytes.
  void check_pieces() const {
    const Array offsets = pieces(kStripOffsets, kTileOffsets);
    const Array lengths = pieces(kStripBytes, kTileBytes);
    if (lengths.count < offsets.count && offsets.count > 1) {
      file_.fail("is a damaged TIFF: the sizes of its strips are missing");
    }
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < offsets.count && i < lengths.count; ++i) {
      const std::uint64_t at = element(offsets, i), length = element(lengths, i);
      if (at > file_.size() || length > file_.size()) file_.require(file_.size() + 1);
      file_.require(static_cast<std::size_t>(at + length));
      sum += length;
    }
    if (sum > file_.size()) file_.fail("is a damaged TIFF: its strips overlap");
  }

  void note_orientation(std::size_t entry) {
    const std::uint32_t value = u16(entry + 8);
    if (u16(entry + 2) != kShort || value < 1 || value > 8) return;
    orientation_ = static_cast<int>(value);
    orientation_at_ = entry + 8;
  }

  const ByteView& file_;
  bool little_;
  std::map<std::uint32_t, Array> arrays_;
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

std::int64_t tiff_memory(const ByteView& file, const PictureHeader& header, const Reducing&) {
  return Directory(file).memory(header.width, header.height);
}

Picture decode_tiff(const ByteView& file, const PictureHeader& header, const Reducing& reducing) {
  const std::vector<l_uint8> unturned =
      header.orientation == 1 ? std::vector<l_uint8>() : Directory(file).unturned();
  const l_uint8* data = unturned.empty() ? data_of(file) : unturned.data();
  return picture_of(PixPtr(pixReadMemTiff(data, file.size(), 0)), file, reducing.max_pixels);
}

}  // namespace

const Codec kTiff{"TIFF", kTiffSuffixes, is_tiff, tiff_header, tiff_memory, decode_tiff};

}  // namespace mlpctl::image
