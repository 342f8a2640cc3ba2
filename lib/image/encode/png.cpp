#include <png.h>

#include "image/encode/encode.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::image {
namespace {

// By libpng's own interface for whole pictures, which prints nothing where it fails.
Bytes written(png_image& image, const Picture& picture, const void* colours) {
  image.version = PNG_IMAGE_VERSION;
  image.width = static_cast<png_uint_32>(picture.width);
  image.height = static_cast<png_uint_32>(picture.height);
  png_alloc_size_t size = PNG_IMAGE_PNG_SIZE_MAX(image);
  Bytes bytes(size);
  if (png_image_write_to_memory(&image, bytes.data(), &size, 0, picture.pixels.data(), 0,
                                colours) == 0) {
    throw Error(ErrorCode::kIo,
                "A picture could not be written as PNG: there is not enough memory.");
  }
  bytes.resize(size);
  return bytes;
}

}  // namespace

Bytes png_of(const Picture& picture) {
  png_image image{};
  image.format = picture.channels == 1 ? PNG_FORMAT_GRAY : PNG_FORMAT_RGB;
  return written(image, picture, nullptr);
}

Bytes png_of_levels(const Picture& picture, const Levels& colours) {
  png_image image{};
  image.format = PNG_FORMAT_RGB_COLORMAP;
  image.colormap_entries = static_cast<png_uint_32>(colours.size());
  return written(image, picture, colours.data());
}

}  // namespace mlpctl::image
