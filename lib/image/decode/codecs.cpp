#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>

#include "image/decode/codec.hpp"
#include "image/decode/foreign_file.hpp"

namespace mlpctl::image {
namespace {

bool is_text(const ByteView& file) {
  const auto head = file.bytes().first(std::min<std::size_t>(file.size(), 512));
  return std::all_of(head.begin(), head.end(), [](std::byte b) {
    const auto c = std::to_integer<unsigned>(b);
    return c >= 0x20 || (c >= 9 && c <= 13);
  });
}

/// "PNG, JPEG and PNM".
std::string names_of_formats() {
  std::string names;
  for (std::size_t i = 0; i < std::size(kCodecs); ++i) {
    if (i > 0) names += i + 1 == std::size(kCodecs) ? " and " : ", ";
    names += kCodecs[i]->name;
  }
  return names;
}

[[noreturn]] void refuse(const ByteView& file) {
  if (file.size() == 0) file.fail("is empty, not a picture");
  if (const ForeignKind* kind = foreign_kind_of(file)) file.refuse(kind->sentence());
  if (is_text(file)) file.refuse("is a text, not a picture");
  file.refuse("is not a picture: " + names_of_formats() + " are read");
}

}  // namespace

const Codec& codec_of(const ByteView& file) {
  const auto* const found =
      std::ranges::find_if(kCodecs, [&](const Codec* codec) { return codec->is_a(file); });
  if (found == std::end(kCodecs)) refuse(file);
  return **found;
}

bool begins_a_picture(const ByteView& file) {
  return std::ranges::any_of(kCodecs, [&](const Codec* codec) { return codec->is_a(file); });
}

PictureHeader read_header(const Codec& codec, const ByteView& file) {
  const PictureHeader header = codec.header(file);
  const std::string size = std::to_string(header.width) + "x" + std::to_string(header.height);
  if (header.width <= 0 || header.height <= 0) {
    file.fail("is a damaged picture: its size is " + size);
  }
  if (header.width > kMaxSide || header.height > kMaxSide ||
      header.width * header.height > kMaxPixels) {
    file.refuse("is too large: " + size + " pixels; at most " +
                std::to_string(kMaxPixels / 1'000'000) + " megapixels and " +
                std::to_string(kMaxSide) + " a side are read, so reduce it");
  }
  return header;
}

std::int64_t checked_memory(const Codec& codec, const ByteView& file, const PictureHeader& header,
                            const Reducing& reducing) {
  constexpr std::int64_t kMega = 1'000'000;
  const std::int64_t bytes = codec.memory(file, header, reducing);
  if (bytes > kMaxDecodedBytes) {
    file.refuse("is too large: its " + std::to_string(header.width) + "x" +
                std::to_string(header.height) + " pixels take " +
                std::to_string((bytes + kMega - 1) / kMega) + " MB to decode; at most " +
                std::to_string(kMaxDecodedBytes / kMega) + " MB are used, so reduce it");
  }
  return bytes;
}

bool has_picture_suffix(std::string_view path) {
  std::string suffix(path.substr(std::min(path.rfind('.'), path.size())));
  std::ranges::transform(suffix, suffix.begin(),
                         [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return std::ranges::any_of(kCodecs, [&](const Codec* codec) {
    return std::ranges::find(codec->suffixes, suffix) != codec->suffixes.end();
  });
}

}  // namespace mlpctl::image
