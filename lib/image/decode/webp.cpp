#include <algorithm>
#include <vector>

#include "image/decode/codec.hpp"
#include "image/decode/exif.hpp"
#include "image/decode/leptonica.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kWebPSuffixes[] = {".webp"};
constexpr std::size_t kFirstChunk = 12;

bool is_webp(const ByteView& file) {
  return file.has(0, "RIFF") && file.has(8, "WEBP");
}

struct Contents {
  PictureHeader header;
  std::size_t frame_at = 0;  ///< where an animation holds its first frame; 0: it is none
};

/// Walks all of the file.
Contents walk_chunks(const ByteView& file) {
  Contents contents;
  PictureHeader& header = contents.header;
  header.sequence.unit = "frame";
  const std::size_t end = file.little32(4) + std::size_t{8};
  file.require(end);
  const bool is_extended = file.has(kFirstChunk, "VP8X");
  for (std::size_t at = kFirstChunk; at + 8 <= end;) {
    const std::size_t length = file.little32(at + 4);
    file.require(at + 8 + length);
    if (file.has(at, "VP8X") && at == kFirstChunk) {  // Elsewhere the decoder passes over it.
      header.width = file.little24(at + 12) + 1;
      header.height = file.little24(at + 15) + 1;
    } else if (file.has(at, "ANMF") && contents.frame_at != 0) {
      ++header.sequence.count;
    } else if (file.has(at, "ANMF") && is_extended) {
      contents.frame_at = at;
      header.width = file.little24(at + 14) + 1;
      header.height = file.little24(at + 17) + 1;
    } else if (file.has(at, "VP8 ") && header.width == 0) {
      header.width = file.little16(at + 14) & 0x3FFFU;
      header.height = file.little16(at + 16) & 0x3FFFU;
    } else if (file.has(at, "VP8L") && header.width == 0) {
      const std::uint32_t bits = file.little32(at + 9);
      header.width = (bits & 0x3FFFU) + 1;
      header.height = (bits >> 14 & 0x3FFFU) + 1;
    } else if (file.has(at, "EXIF")) {
      const std::size_t skip = file.has(at + 8, {"Exif\0\0", 6}) ? 6 : 0;
      header.orientation = exif_orientation(file, at + 8 + skip, at + 8 + length);
    }
    at += 8 + length + length % 2;
  }
  return contents;
}

PictureHeader webp_header(const ByteView& file) {
  return walk_chunks(file).header;
}

/// The first frame of an animation as a WebP of its own, which is all that the decoder takes.
std::vector<l_uint8> still_webp(const ByteView& file, std::size_t frame_at) {
  constexpr std::size_t kFrameHeader = 24, kFileHeader = 30, kSizeAt = 24;
  const l_uint8* data = data_of(file);
  const std::size_t length = file.little32(frame_at + 4) + std::size_t{8};
  if (length < kFrameHeader) file.fail("is a damaged WebP: its first frame is too short");
  const auto* frame = data + frame_at;
  // The whole file's header with the frame's size, then the frame's own chunks.
  std::vector<l_uint8> out(data, data + kFileHeader);
  std::copy_n(frame + 14, 6, out.begin() + kSizeAt);
  out.insert(out.end(), frame + kFrameHeader, frame + length);
  const std::size_t rest = out.size() - 8;
  for (std::size_t i = 0; i < 4; ++i) out[4 + i] = static_cast<l_uint8>(rest >> 8 * i & 255U);
  constexpr l_uint8 kAnimated = 2;
  out[20] = static_cast<l_uint8>(out[20] & ~kAnimated);
  return out;
}

std::int64_t webp_memory(const ByteView& file, const PictureHeader& header, const Reducing&) {
  // Beside the pixels: of lossless ones and of transparency the decoder keeps a copy.
  const bool lossy = file.has(kFirstChunk, "VP8 ");
  return header.width * header.height * (lossy ? 5 : 9);
}

Picture decode_webp(const ByteView& file, const PictureHeader&, const Reducing& reducing) {
  const std::size_t frame_at = walk_chunks(file).frame_at;
  const std::vector<l_uint8> still =
      frame_at == 0 ? std::vector<l_uint8>() : still_webp(file, frame_at);
  const l_uint8* data = frame_at == 0 ? data_of(file) : still.data();
  const std::size_t size = frame_at == 0 ? file.size() : still.size();
  return picture_of(PixPtr(pixReadMemWebP(data, size)), file, reducing.max_pixels);
}

}  // namespace

const Codec kWebP{"WebP", kWebPSuffixes, is_webp, webp_header, webp_memory, decode_webp};

}  // namespace mlpctl::image
