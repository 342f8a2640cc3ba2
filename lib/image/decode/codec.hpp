#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "image/decode/byte_view.hpp"
#include "image/picture.hpp"

namespace mlpctl::image {

/// What a picture file says about itself before any pixel is decoded.
struct PictureHeader {
  std::int64_t width = 0, height = 0;  ///< as stored, before the orientation is applied
  int orientation = 1;                 ///< 1 to 8, as EXIF counts
  Sequence sequence = {};
};

/// How far a decoder may reduce in passing where it can do so in less time: the caller will reduce
/// to max_pixels, and then by later_factor.
struct Reducing {
  std::int64_t max_pixels = 0;
  int later_factor = 1;
};

/// What decoding may cost in bytes; a picture above is refused from its header. All threads
/// together hold no more either.
inline constexpr std::int64_t kMaxDecodedBytes = 400'000'000;

/// One format of picture files.
struct Codec {
  std::string_view name;
  /// In small letters, with the dot.
  std::span<const std::string_view> suffixes;
  /// Whether the file has the format's signature, for which its first 512 bytes are enough; the
  /// other functions trust that it has.
  bool (*is_a)(const ByteView& file);
  /// Reads the size that decode() will meet, and walks the file's structure to its end. Throws
  /// Error when the file is cut off or of a kind that is not read.
  PictureHeader (*header)(const ByteView& file);
  /// The most bytes that decode() holds at once or unpacks, beside the file's own.
  std::int64_t (*memory)(const ByteView& file, const PictureHeader& header,
                         const Reducing& reducing);
  /// The pixels, transparency laid over white or black, not turned, reduced by the whole factor
  /// that leaves at most reducing.max_pixels. Throws Error on damage.
  Picture (*decode)(const ByteView& file, const PictureHeader& header, const Reducing& reducing);
};

extern const Codec kPng, kJpeg, kTiff, kWebP, kBmp, kGif, kPnm, kHeif;

/// Every format that is read. A new one is added here, with its file.
inline constexpr const Codec* kCodecs[] = {&kPng, &kJpeg, &kTiff, &kWebP,
                                           &kBmp, &kGif,  &kPnm,  &kHeif};

/// The format of the file, known by its signature. Throws Error that says what the file is instead.
const Codec& codec_of(const ByteView& file);

/// Whether the bytes are the first 512 or more of a file of a format that is read, or all of it.
bool begins_a_picture(const ByteView& file);

/// The codec's header of the file, its size within the limits. Throws Error when it is not.
PictureHeader read_header(const Codec& codec, const ByteView& file);

/// The bytes that decoding the file takes. Throws Error when they are more than kMaxDecodedBytes.
std::int64_t checked_memory(const Codec& codec, const ByteView& file, const PictureHeader& header,
                            const Reducing& reducing);

/// Whether the name ends like a picture file of a format that is read.
bool has_picture_suffix(std::string_view path);

}  // namespace mlpctl::image
