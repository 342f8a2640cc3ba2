#pragma once

#include <zlib.h>

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

/// The text of an IDX file of unsigned bytes: header with the sizes, then the values.
inline std::string idx_text(std::initializer_list<std::uint32_t> sizes, std::string_view values) {
  std::string text{'\0', '\0', '\x08', static_cast<char>(sizes.size())};
  for (const std::uint32_t size : sizes) {
    for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(size >> shift & 0xFF);
  }
  return text.append(values);
}

/// The text as zlib packs it; the window's bits say with which header.
inline std::string packed_text(std::string text, int window_bits) {
  z_stream z{};
  deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, window_bits, 8, Z_DEFAULT_STRATEGY);
  std::string out(deflateBound(&z, text.size()), '\0');
  z.next_in = reinterpret_cast<Bytef*>(text.data());
  z.avail_in = static_cast<uInt>(text.size());
  z.next_out = reinterpret_cast<Bytef*>(out.data());
  z.avail_out = static_cast<uInt>(out.size());
  deflate(&z, Z_FINISH);
  out.resize(z.total_out);
  deflateEnd(&z);
  return out;
}

/// The text as one gzip member.
inline std::string gzip_text(std::string text) {
  return packed_text(std::move(text), 15 + 16);
}
