#include <vector>

#include "image/decode/codec.hpp"
#include "image/decode/leptonica.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kGifSuffixes[] = {".gif"};

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
  std::size_t begin = 0, end = 0;
};

/// Walks all of the file.
FirstPicture walk_blocks(const ByteView& file) {
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
      const std::size_t end = skip_blocks(file, at + 11 + palette_size(file.u8(at + 9)));
      header.sequence.count += header.width == 0 ? 0 : 1;
      if (header.width == 0) {
        header.width = file.little16(at + 5);
        header.height = file.little16(at + 7);
        first.begin = at;
        first.end = end;
      }
      at = end;
    } else {
      file.fail("is a damaged GIF: an unknown block");
    }
  }
  return first;
}

PictureHeader gif_header(const ByteView& file) {
  return walk_blocks(file).header;
}

std::int64_t gif_memory(const ByteView&, const PictureHeader& header, const Reducing&) {
  // The decoder's copy, Leptonica's, and its colours.
  return header.width * header.height * 6;
}

/// A file of the first picture alone: the decoder would decode all, and keep them.
std::vector<l_uint8> still_gif(const ByteView& file, const FirstPicture& first) {
  const l_uint8* data = data_of(file);
  std::vector<l_uint8> out(data, data + 13 + palette_size(file.u8(10)));
  out.insert(out.end(), data + first.begin, data + first.end);
  out.push_back(';');
  return out;
}

Picture decode_gif(const ByteView& file, const PictureHeader&, const Reducing& reducing) {
  const FirstPicture first = walk_blocks(file);
  const std::vector<l_uint8> still = still_gif(file, first);
  PixPtr pix(pixReadMemGif(still.data(), still.size()));
  PIXCMAP* map = pix == nullptr ? nullptr : pixGetColormap(pix.get());
  if (map != nullptr && first.transparent_index >= 0) {
    pixcmapSetAlpha(map, first.transparent_index, 0);
  }
  return picture_of(std::move(pix), file, reducing.max_pixels);
}

}  // namespace

const Codec kGif{"GIF", kGifSuffixes, is_gif, gif_header, gif_memory, decode_gif};

}  // namespace mlpctl::image
