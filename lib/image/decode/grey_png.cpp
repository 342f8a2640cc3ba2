#include "image/decode/grey_png.hpp"

#include <zlib.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdlib>
#include <vector>

namespace mlpctl::image {
namespace {

using PngBytes = std::span<const std::uint8_t>;

/// Of the rows with their filters: beyond, a decoder's state costs nothing beside the pixels.
constexpr std::size_t kSmallPng = std::size_t{1} << 16U;
constexpr std::size_t kSignature = 8, kFrame = 12, kHeader = 13;

std::size_t big32_at(PngBytes bytes, std::size_t at) {
  return std::size_t{bytes[at]} << 24U | std::size_t{bytes[at + 1]} << 16U |
         std::size_t{bytes[at + 2]} << 8U | std::size_t{bytes[at + 3]};
}

/// A chunk: its length, its name, what it holds, its checksum.
struct PngChunk {
  std::array<std::uint8_t, 4> name{};
  PngBytes content;

  bool is(const char (&other)[5]) const { return std::equal(name.begin(), name.end(), other); }
};

/// Takes the next chunk off the bytes; nothing where there is none.
std::optional<PngChunk> take_chunk(PngBytes& bytes) {
  if (bytes.size() < kFrame) return std::nullopt;
  const std::size_t length = big32_at(bytes, 0);
  if (bytes.size() - kFrame < length) return std::nullopt;
  PngChunk chunk{.content = bytes.subspan(8, length)};
  std::copy_n(bytes.begin() + 4, chunk.name.size(), chunk.name.begin());
  bytes = bytes.subspan(kFrame + length);
  return chunk;
}

/// What all IDAT chunks hold; empty where others stand among them.
std::vector<std::uint8_t> packed_rows(PngBytes chunks) {
  std::vector<std::uint8_t> packed;
  while (const std::optional<PngChunk> chunk = take_chunk(chunks)) {
    if (chunk->is("IEND")) return packed;
    if (!chunk->is("IDAT")) break;
    packed.insert(packed.end(), chunk->content.begin(), chunk->content.end());
  }
  return {};
}

/// PNG's fourth filter: of left, above and above left the one nearest to where the three point.
std::uint8_t paeth(int left, int above, int corner) {
  const int to_left = std::abs(above - corner), to_above = std::abs(left - corner);
  const int to_corner = std::abs(left + above - 2 * corner);
  if (to_left <= to_above && to_left <= to_corner) return static_cast<std::uint8_t>(left);
  return static_cast<std::uint8_t>(to_above <= to_corner ? above : corner);
}

/// A row out of the bytes of its filter. `above` is the row before, of zeros for the first.
bool unfilter(int filter, PngBytes in, const std::uint8_t* above, std::uint8_t* out) {
  std::uint8_t left = 0, corner = 0;
  for (std::size_t x = 0; x < in.size(); ++x) {
    int expected = 0;
    if (filter == 1) expected = left;
    if (filter == 2) expected = above[x];
    if (filter == 3) expected = (left + above[x]) / 2;
    if (filter == 4) expected = paeth(left, above[x], corner);
    left = out[x] = static_cast<std::uint8_t>(in[x] + expected);
    corner = above[x];
  }
  return filter <= 4;
}

}  // namespace

std::optional<Picture> small_grey_png(PngBytes file) {
  PngBytes rest = file.subspan(std::min(kSignature, file.size()));
  const std::optional<PngChunk> header = take_chunk(rest);
  if (!header || !header->is("IHDR") || header->content.size() != kHeader) return std::nullopt;
  // Depth 8, grey, and the only methods that there are.
  constexpr std::array<std::uint8_t, 5> kPlain{8, 0, 0, 0, 0};
  if (!std::ranges::equal(header->content.last(kPlain.size()), kPlain)) return std::nullopt;
  const std::size_t width = big32_at(header->content, 0), height = big32_at(header->content, 4);
  if (width == 0 || height == 0 || (width + 1) * height > kSmallPng) return std::nullopt;

  const std::vector<std::uint8_t> packed = packed_rows(rest);
  std::vector<std::uint8_t> rows((width + 1) * height);
  auto unpacked_size = static_cast<uLongf>(rows.size());
  auto taken = static_cast<uLong>(packed.size());
  const bool whole = uncompress2(rows.data(), &unpacked_size, packed.data(), &taken) == Z_OK &&
                     unpacked_size == rows.size() && taken == packed.size();
  if (!whole) return std::nullopt;

  Picture picture{.width = static_cast<int>(width), .height = static_cast<int>(height)};
  picture.pixels.resize(width * height);
  const std::vector<std::uint8_t> zeros(width);
  const std::uint8_t* above = zeros.data();
  for (std::size_t y = 0; y < height; ++y) {
    const PngBytes row = PngBytes(rows).subspan(y * (width + 1), width + 1);
    std::uint8_t* out = picture.pixels.data() + y * width;
    if (!unfilter(row[0], row.subspan(1), above, out)) return std::nullopt;
    above = out;
  }
  return picture;
}

}  // namespace mlpctl::image
