#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <iterator>
#include <type_traits>

#include "image/decode/codec.hpp"
#include "image/decode/encoded.hpp"
#include "image/decode/heif_library.hpp"
#include "mlpctl/error.hpp"

#if __has_include(<libheif/heif.h>)
#include <libheif/heif.h>
#endif

using namespace mlpctl;
using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;

namespace {

/// A file of those that the fuzz targets begin with.
std::string seed(const std::string& name) {
  std::ifstream file(TEST_PICTURES "/" + name, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool can_read(const std::string& bytes) {
  const std::string name = "p";
  return image::begins_a_picture({std::as_bytes(std::span(bytes)), name});
}

void check_quarters(const image::Picture& picture) {
  REQUIRE(picture.width == 60);
  REQUIRE(picture.height == 40);
  CHECK(is_colour(picture, 10, 10, 200, 20, 30));
  CHECK(is_colour(picture, 50, 10, 10, 210, 30));
  CHECK(is_colour(picture, 10, 30, 10, 20, 220));
  CHECK(is_colour(picture, 50, 30, 200, 210, 30));
}

#ifdef LIBHEIF_HEIF_H
/// A type of the interface as it goes over to the library: pointers to its own things are all
/// alike, and its enumerations are ints.
template <typename T>
struct Passed {
  using type = std::conditional_t<std::is_enum_v<T>, int, T>;
};
template <>
struct Passed<heif_error> {
  using type = image::HeifError;
};
template <typename T>
struct Passed<T*> {
  using type =
      std::conditional_t<std::is_class_v<std::remove_cv_t<T>> || std::is_void_v<T>, void*, T*>;
};
template <typename T>
struct Passed<T**> {
  using type = void**;
};
template <typename Result, typename... Parameters>
struct Passed<Result (*)(Parameters...)> {
  using type =
      typename Passed<Result>::type (*)(typename Passed<std::remove_cv_t<Parameters>>::type...);
};

template <typename Ours, typename Theirs>
constexpr bool kAlike =
    std::is_same_v<typename Passed<Ours>::type, typename Passed<std::decay_t<Theirs>>::type>;
#endif

}  // namespace

#ifdef LIBHEIF_HEIF_H
TEST_CASE("the functions of libheif are called as its header declares them") {
#define MLPCTL_CHECK_ALIKE(name) \
  STATIC_REQUIRE(kAlike<decltype(image::HeifLibrary::name), decltype(heif_##name)>)
  MLPCTL_CHECK_ALIKE(init);
  MLPCTL_CHECK_ALIKE(have_decoder_for_format);
  MLPCTL_CHECK_ALIKE(context_alloc);
  MLPCTL_CHECK_ALIKE(context_free);
  MLPCTL_CHECK_ALIKE(context_read_from_memory_without_copy);
  MLPCTL_CHECK_ALIKE(context_get_number_of_top_level_images);
  MLPCTL_CHECK_ALIKE(context_set_maximum_image_size_limit);
  MLPCTL_CHECK_ALIKE(context_set_max_decoding_threads);
  MLPCTL_CHECK_ALIKE(context_get_primary_image_handle);
  MLPCTL_CHECK_ALIKE(image_handle_release);
  MLPCTL_CHECK_ALIKE(image_handle_get_width);
  MLPCTL_CHECK_ALIKE(image_handle_get_height);
  MLPCTL_CHECK_ALIKE(image_handle_get_ispe_width);
  MLPCTL_CHECK_ALIKE(image_handle_get_ispe_height);
  MLPCTL_CHECK_ALIKE(image_handle_has_alpha_channel);
  MLPCTL_CHECK_ALIKE(image_handle_get_luma_bits_per_pixel);
  MLPCTL_CHECK_ALIKE(decoding_options_alloc);
  MLPCTL_CHECK_ALIKE(decoding_options_free);
  MLPCTL_CHECK_ALIKE(decode_image);
  MLPCTL_CHECK_ALIKE(image_get_width);
  MLPCTL_CHECK_ALIKE(image_get_height);
  MLPCTL_CHECK_ALIKE(image_get_plane_readonly);
  MLPCTL_CHECK_ALIKE(image_release);
#undef MLPCTL_CHECK_ALIKE
  STATIC_REQUIRE(offsetof(image::HeifOptions, convert_hdr_to_8bit) ==
                 offsetof(heif_decoding_options, convert_hdr_to_8bit));
  STATIC_REQUIRE(image::Heif::kHevc == heif_compression_HEVC);
  STATIC_REQUIRE(image::Heif::kAv1 == heif_compression_AV1);
  STATIC_REQUIRE(image::Heif::kRgb == heif_colorspace_RGB);
  STATIC_REQUIRE(image::Heif::kRgbInterleaved == heif_chroma_interleaved_RGB);
  STATIC_REQUIRE(image::Heif::kRgbaInterleaved == heif_chroma_interleaved_RGBA);
  STATIC_REQUIRE(image::Heif::kInterleaved == heif_channel_interleaved);
  STATIC_REQUIRE(image::Heif::kUnsupportedFeature == heif_error_Unsupported_feature);
  STATIC_REQUIRE(image::Heif::kUnsupportedCodec == heif_suberror_Unsupported_codec);
}
#endif

TEST_CASE("HEIC and AVIF are read where libheif is, and else it is said what is missing") {
  for (const std::string name : {"quarters.heic", "turned.heic", "deep.heic", "quarters.avif"}) {
    CAPTURE(name);
    const std::string bytes = seed(name);
    if (can_read(bytes)) {
      check_quarters(read(bytes));
      CHECK(read(bytes).sequence.count == 1);
    } else {
      CHECK_THROWS_MATCHES(read(bytes), Error, MessageMatches(ContainsSubstring("libheif")));
    }
  }
}

TEST_CASE("transparent parts of an AVIF lie over white, and of several pictures one is read") {
  const std::string clear = seed("clear.avif"), two = seed("two.heic");
  if (!can_read(clear) || !can_read(two)) SKIP("libheif or a decoder of it is not installed");
  const image::Picture picture = read(clear);
  CHECK(is_colour(picture, 5, 5, 255, 255, 255));
  CHECK(is_colour(picture, 30, 20, 0, 0, 0));
  CHECK(read(two).sequence.count == 2);
}

TEST_CASE("a cut or damaged HEIC is an error") {
  const std::string whole = seed("quarters.heic");
  if (!can_read(whole)) SKIP("libheif or its decoder of HEVC is not installed");
  for (const std::size_t size : {whole.size() / 2, whole.size() - 1}) {
    CHECK_THROWS_MATCHES(read(whole.substr(0, size)), Error,
                         MessageMatches(ContainsSubstring("cut off")));
  }
  std::string damaged = whole;
  for (std::size_t at = damaged.size() - 80; at < damaged.size(); ++at) damaged[at] = '\xFF';
  try {
    CHECK(read(damaged).width == 60);  // A decoder may conceal it.
  } catch (const Error& error) {
    CHECK(error.code() == ErrorCode::kCorruption);
  }
}

TEST_CASE("a HEIC is refused for what is stored, also where little of it is shown") {
  std::string bytes = seed("quarters.heic");
  if (!can_read(bytes)) SKIP("libheif or its decoder of HEVC is not installed");
  // The size stands in a box "ispe" behind its version; the last of them counts.
  const std::size_t at = bytes.rfind("ispe") + 8;
  bytes.replace(at, 8, std::string("\0\0\x27\0\0\0\x27\0", 8));  // 9984x9984
  CHECK_THROWS_MATCHES(read(bytes), Error, MessageMatches(ContainsSubstring("MB to decode")));
  bytes.replace(at, 8, std::string("\x7F\0\0\0\x7F\0\0\0", 8));
  CHECK_THROWS_AS(read(bytes), Error);
}
