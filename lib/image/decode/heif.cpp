#include <algorithm>
#include <cstdint>
#include <memory>
#include <new>
#include <utility>

#include "image/decode/codec.hpp"
#include "image/decode/heif_boxes.hpp"
#include "image/decode/heif_library.hpp"
#include "image/decode/leptonica.hpp"

namespace mlpctl::image {
namespace {

constexpr std::string_view kHeifSuffixes[] = {".heic", ".heif", ".hif", ".avif"};
constexpr std::size_t kBrand = 4;

/// How the pictures of a brand are compressed: kHevc, kAv1, or 0 for a brand of either or of none.
int compression_of_brand(const ByteView& file, std::size_t at) {
  for (const std::string_view brand : {"heic", "heix", "heim", "heis"}) {
    if (file.has(at, brand)) return Heif::kHevc;
  }
  return file.has(at, "avif") ? Heif::kAv1 : 0;
}

/// How the file's pictures are compressed, by its brand and those that it is compatible with, of
/// which films have others; 0: it is not one of ours.
int compression_of(const ByteView& file) {
  constexpr std::size_t kMajor = 8, kOthers = 16;
  if (!file.has(4, "ftyp") || file.size() < kOthers) return 0;
  if (const int compression = compression_of_brand(file, kMajor); compression != 0) {
    return compression;
  }
  const std::size_t end = std::min<std::size_t>(file.big32(0), file.size());
  for (std::size_t at = kOthers; at + kBrand <= end; at += kBrand) {
    if (const int compression = compression_of_brand(file, at); compression != 0) {
      return compression;
    }
  }
  return 0;
}

/// A file is one of ours where it can be decoded; foreign_file says what is missing where not.
bool is_heif(const ByteView& file) {
  const int compression = compression_of(file);
  if (compression == 0) return false;
  const HeifLibrary* const heif = heif_library();
  return heif != nullptr && heif->have_decoder_for_format(compression) != 0;
}

[[noreturn]] void refuse(const ByteView& file, const HeifError& error) {
  if (error.code == Heif::kUnsupportedFeature && error.subcode == Heif::kUnsupportedCodec) {
    file.refuse(
        "is a HEIF picture of a compression that libheif does not read here; save it as PNG");
  }
  std::string why = error.message == nullptr ? "unknown" : error.message;
  file.fail("is damaged, or of a kind that cannot be read (libheif: " + why + "); save it as PNG");
}

struct Size {
  std::int64_t width, height;

  bool is_beyond_limits() const {
    return width > kMaxSide || height > kMaxSide || pixels() > kMaxPixels;
  }
  std::int64_t pixels() const { return width * height; }
};

/// A file that libheif has looked into, and its main picture.
class HeifFile {
 public:
  explicit HeifFile(const ByteView& file)
      : file_(file), context_(heif_.context_alloc(), heif_.context_free) {
    if (context_ == nullptr) throw std::bad_alloc();
    constexpr int kSideOfMost = 10'000;
    static_assert(std::int64_t{kSideOfMost} * kSideOfMost == kMaxPixels);
    heif_.context_set_maximum_image_size_limit(context_.get(), kSideOfMost);
    heif_.context_set_max_decoding_threads(context_.get(),
                                           0);  // Pictures are decoded side by side.
    check(heif_.context_read_from_memory_without_copy(context_.get(), file.bytes().data(),
                                                      file.size(), nullptr));
    // Before anything is asked of a picture: libheif follows one that is made of itself for ever.
    std::uint32_t primary = 0;
    check(heif_.context_get_primary_image_ID(context_.get(), &primary));
    count_parts(heif_pictures(file), primary, 0);
    heif_image_handle* handle = nullptr;
    check(heif_.context_get_primary_image_handle(context_.get(), &handle));
    handle_ = {handle, heif_.image_handle_release};
  }

  Size size() const {
    return {heif_.image_handle_get_width(handle_.get()),
            heif_.image_handle_get_height(handle_.get())};
  }
  /// Before it is turned and cropped.
  Size stored_size() const {
    return {heif_.image_handle_get_ispe_width(handle_.get()),
            heif_.image_handle_get_ispe_height(handle_.get())};
  }
  /// Of itself or of the largest picture that it is made of, as the file states them.
  std::int64_t most_pixels() const { return largest_; }
  int pictures() const { return heif_.context_get_number_of_top_level_images(context_.get()); }
  bool has_alpha() const { return heif_.image_handle_has_alpha_channel(handle_.get()) != 0; }
  /// More than 8 bits a channel lie in two bytes until they are reduced.
  bool is_deep() const { return heif_.image_handle_get_luma_bits_per_pixel(handle_.get()) > 8; }

  Picture decode(const PictureHeader& header, std::int64_t max_pixels) const {
    const std::unique_ptr<HeifOptions, void (*)(HeifOptions*)> options(
        heif_.decoding_options_alloc(), heif_.decoding_options_free);
    if (options != nullptr && options->version >= 2) options->convert_hdr_to_8bit = 1;
    heif_image* decoded = nullptr;
    check(heif_.decode_image(handle_.get(), &decoded, Heif::kRgb,
                             has_alpha() ? Heif::kRgbaInterleaved : Heif::kRgbInterleaved,
                             options.get()));
    const std::unique_ptr<heif_image, void (*)(const heif_image*)> image(decoded,
                                                                         heif_.image_release);
    int stride = 0;
    const std::uint8_t* pixels =
        heif_.image_get_plane_readonly(image.get(), Heif::kInterleaved, &stride);
    const bool as_announced =
        heif_.image_get_width(image.get(), Heif::kInterleaved) == header.width &&
        heif_.image_get_height(image.get(), Heif::kInterleaved) == header.height;
    if (pixels == nullptr || !as_announced) {
      file_.fail("is a damaged HEIF picture: it has another size than it says");
    }
    const Rows rows{pixels, stride, static_cast<int>(header.width),
                    static_cast<int>(header.height)};
    return has_alpha() ? transparent(rows, max_pixels) : opaque(rows, max_pixels);
  }

 private:
  struct Rows {
    const std::uint8_t* pixels;
    std::ptrdiff_t stride;
    int width, height;

    const std::uint8_t* row(int y) const { return pixels + stride * y; }
  };

  void check(const HeifError& error) const {
    if (error.code != 0) refuse(file_, error);
  }

  /// Goes through the parts of a picture as often as they are decoded for it.
  /// Error: it is made of itself, or of more than a picture within the limits takes.
  void count_parts(const HeifPictures& pictures, std::uint32_t picture, int depth) {
    constexpr int kDeepest = 8;  // A grid below its turned copy is two deep.
    constexpr std::int64_t kMostParts = 20'000, kMostPixels = 4 * kMaxPixels;
    if (depth > kDeepest) {
      file_.fail("is damaged: one of its HEIF pictures is made of itself");
    }
    const auto found = pictures.find(picture);
    const bool is_known = found != pictures.end();
    const std::int64_t pixels = is_known ? found->second.pixels : 0;
    largest_ = std::max(largest_, pixels);
    pixels_ += pixels;
    if (++parts_ > kMostParts || pixels_ > kMostPixels) {
      file_.refuse("is a HEIF picture of too many others; save it as PNG");
    }
    if (!is_known) return;
    for (const std::uint32_t part : found->second.parts) count_parts(pictures, part, depth + 1);
  }

  static Picture opaque(const Rows& rows, std::int64_t max_pixels) {
    constexpr int kChannels = 3;
    RowReducer reducer(rows.width, rows.height, kChannels,
                       factor_to_pixels(max_pixels, rows.width, rows.height));
    for (int y = 0; y < rows.height; ++y) reducer.add(rows.row(y));
    return reducer.take();
  }

  Picture transparent(const Rows& rows, std::int64_t max_pixels) const {
    PixPtr pix(pixCreateNoInit(rows.width, rows.height, 32));
    if (pix == nullptr) throw std::bad_alloc();
    pixSetSpp(pix.get(), 4);
    for (int y = 0; y < rows.height; ++y) {
      const std::uint8_t* in = rows.row(y);
      l_uint32* line = row_of(pix.get(), y);
      for (int x = 0; x < rows.width; ++x, in += 4) {
        composeRGBAPixel(in[0], in[1], in[2], in[3], line + x);
      }
    }
    return picture_of(std::move(pix), file_, max_pixels);
  }

  const ByteView& file_;
  const HeifLibrary& heif_ = *heif_library();
  std::unique_ptr<heif_context, void (*)(heif_context*)> context_;
  std::unique_ptr<const heif_image_handle, void (*)(const heif_image_handle*)> handle_{nullptr,
                                                                                       nullptr};
  std::int64_t parts_ = 0, pixels_ = 0, largest_ = 0;  // What count_parts met.
};

PictureHeader heif_header(const ByteView& file) {
  check_boxes(file);
  const HeifFile heif(file);
  // libheif turns and mirrors as the file says; EXIF's orientation does not count in a HEIF.
  // What is cropped is decoded as well.
  const Size stored = heif.stored_size();
  const Size size = stored.is_beyond_limits() ? stored : heif.size();
  return {.width = size.width,
          .height = size.height,
          .sequence = {std::max(heif.pictures(), 1), "picture"}};
}

std::int64_t heif_memory(const ByteView& file, const PictureHeader& header, const Reducing&) {
  const HeifFile heif(file);
  // The decoder's planes, libheif's copy, and colours; of transparent ones Leptonica's as well.
  const std::int64_t a_pixel = (heif.is_deep() ? 16 : 8) + (heif.has_alpha() ? 8 : 0);
  return std::max({header.width * header.height, heif.stored_size().pixels(), heif.most_pixels()}) *
         a_pixel;
}

Picture decode_heif(const ByteView& file, const PictureHeader& header, const Reducing& reducing) {
  return HeifFile(file).decode(header, reducing.max_pixels);
}

}  // namespace

const Codec kHeif{"HEIF", kHeifSuffixes, is_heif, heif_header, heif_memory, decode_heif};

}  // namespace mlpctl::image
