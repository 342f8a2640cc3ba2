#pragma once

#include <leptonica/allheaders.h>

#include <catch2/catch_test_macros.hpp>
#include <cstdlib>
#include <span>
#include <string>

#include "image/decode/picture_file.hpp"

inline mlpctl::image::Picture read(const std::string& bytes) {
  return mlpctl::image::read_picture(std::as_bytes(std::span(bytes)), "p");
}

/// Red, green / blue, yellow: quarters of 30x20 pixels each.
inline Pix* quarters() {
  Pix* pix = pixCreate(60, 40, 32);
  for (int y = 0; y < 40; ++y) {
    for (int x = 0; x < 60; ++x) {
      const bool right = x >= 30, low = y >= 20;
      pixSetRGBPixel(pix, x, y, right == low ? 200 : 10, right ? 210 : 20,
                     low && !right ? 220 : 30);
    }
  }
  return pix;
}

inline std::string encoded(int format) {
  Pix* pix = quarters();
  l_uint8* data = nullptr;
  std::size_t size = 0;
  REQUIRE(pixWriteMem(&data, &size, pix, format) == 0);
  std::string bytes(reinterpret_cast<const char*>(data), size);
  std::free(data);
  pixDestroy(&pix);
  return bytes;
}

inline bool near(int a, int b) {
  return std::abs(a - b) < 14;
}

inline bool is_colour(const mlpctl::image::Picture& picture, int x, int y, int red, int green,
                      int blue) {
  return near(picture.at(x, y, 0), red) && near(picture.at(x, y, 1), green) &&
         near(picture.at(x, y, 2), blue);
}
