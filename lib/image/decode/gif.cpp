#include "image/decode/codec.hpp"
#include "image/decode/leptonica.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kSuffixes[] = {".gif"};

bool is_gif(const ByteView& file) {
  return file.has(0, "GIF8");
}

/// The palette's size in bytes from the packed field of a descriptor.
std::size_t palette_size(std::uint32_t packed) {
  return (packed & 0x80U) != 0 ? std::size_t{3} << ((packed & 7U) + 1) : 0;
}

std::size_t skip_blocks(const ByteView& file, std::size_t at) {
  while (file.u8(at) != 0) at += 1 + file.u8(at);
  return at + 1;
}

/// What is read of a GIF: its first picture.
struct FirstPicture {
  PictureHeader header;
  int transparent_index = -1;  ///< the palette entry that is declared transparent
};

/// Walks all of the file.
FirstPicture walk(const ByteView& file) {
  FirstPicture first;
  PictureHeader& header = first.header;
  header.sequence.unit = "frame";
  std::size_t at = 13 + palette_size(file.u8(10));
  while (file.u8(at) != ';') {
    if (file.u8(at) == '!') {
      if (header.width == 0 && file.u8(at + 1) == 0xF9 && (file.u8(at + 3) & 1U) != 0) {
        first.transparent_index = static_cast<int>(file.u8(at + 6));
      }
      at = skip_blocks(file, at + 2);
    } else if (file.u8(at) == ',') {
      header.sequence.count += header.width == 0 ? 0 : 1;
      if (header.width == 0) {
        header.width = file.little16(at + 5);
        header.height = file.little16(at + 7);
      }
      at = skip_blocks(file, at + 11 + palette_size(file.u8(at + 9)));
    } else {
      file.fail("is a damaged GIF: an unknown block");
    }
  }
  return first;
}

PictureHeader gif_header(const ByteView& file) {
  return walk(file).header;
}

Picture decode_gif(const ByteView& file, const PictureHeader&, const Reducing&) {
  PixPtr pix(pixReadMemGif(data_of(file), file.size()));
  const int transparent = walk(file).transparent_index;
  PIXCMAP* map = pix == nullptr ? nullptr : pixGetColormap(pix.get());
  if (map != nullptr && transparent >= 0) pixcmapSetAlpha(map, transparent, 0);
  return picture_of(std::move(pix), file);
}

}  // namespace

const Codec kGif{"GIF", kSuffixes, is_gif, gif_header, decode_gif};

}  // namespace mlpctl::image
