#include <csetjmp>
#include <cstdio>
#include <cstdlib>

// It wants <cstdio> before it.
#include <jpeglib.h>

#include "image/encode/encode.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::image {
namespace {

/// libjpeg's writer, whose errors end in a jump and which prints nothing.
class JpegWriter {
 public:
  JpegWriter() {
    info_.err = jpeg_std_error(&errors_.base);
    errors_.base.error_exit = [](j_common_ptr info) {
      std::longjmp(reinterpret_cast<Errors*>(info->err)->failed, 1);
    };
    errors_.base.output_message = [](j_common_ptr) {};
  }
  ~JpegWriter() {
    jpeg_destroy_compress(&info_);
    std::free(bytes_);
  }
  JpegWriter(const JpegWriter&) = delete;
  JpegWriter& operator=(const JpegWriter&) = delete;

  // It may jump, and holds nothing that would have to be destroyed.
  bool write(const Picture& picture, int quality) {
    if (setjmp(errors_.failed) != 0) return false;
    jpeg_create_compress(&info_);
    jpeg_mem_dest(&info_, &bytes_, &size_);
    info_.image_width = static_cast<JDIMENSION>(picture.width);
    info_.image_height = static_cast<JDIMENSION>(picture.height);
    info_.input_components = picture.channels;
    info_.in_color_space = picture.channels == 1 ? JCS_GRAYSCALE : JCS_RGB;
    jpeg_set_defaults(&info_);
    jpeg_set_quality(&info_, quality, TRUE);
    info_.optimize_coding = TRUE;
    jpeg_start_compress(&info_, TRUE);
    const auto row = static_cast<std::size_t>(picture.width * picture.channels);
    while (info_.next_scanline < info_.image_height) {
      auto* line = const_cast<JSAMPLE*>(picture.pixels.data() + info_.next_scanline * row);
      jpeg_write_scanlines(&info_, &line, 1);
    }
    jpeg_finish_compress(&info_);
    return true;
  }

  Bytes bytes() const {
    const auto* first = reinterpret_cast<const std::byte*>(bytes_);
    return {first, first + size_};
  }

 private:
  struct Errors {
    jpeg_error_mgr base;
    std::jmp_buf failed;
  };

  Errors errors_{};
  jpeg_compress_struct info_{};
  unsigned char* bytes_ = nullptr;
  unsigned long size_ = 0;
};

}  // namespace

Bytes jpeg_of(const Picture& picture, int quality) {
  JpegWriter writer;
  if (!writer.write(picture, quality)) {
    throw Error(ErrorCode::kIo,
                "A picture could not be written as JPEG: there is not enough memory.");
  }
  return writer.bytes();
}

}  // namespace mlpctl::image
