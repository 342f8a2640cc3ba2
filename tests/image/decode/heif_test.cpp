#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <fstream>
#include <iterator>
#include <type_traits>

#include "boxes.hpp"
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

/// The file with other references between its pictures.
std::string with_references(std::string bytes, const std::vector<Reference>& references_in_place) {
  const std::size_t meta_at = bytes.find("meta") - 4, iref_at = bytes.find("iref") - 4;
  const std::size_t mdat_at = bytes.find("mdat") - 4;
  bytes.replace(iref_at, mdat_at - iref_at, references(references_in_place));
  bytes.replace(meta_at, 4, big(bytes.find("mdat") - 4 - meta_at, 4));
  return bytes + box("free", std::string(64, '\0'));  // What it points to stays within the file.
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
  MLPCTL_CHECK_ALIKE(context_get_primary_image_ID);
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

TEST_CASE("a HEIC of which a picture is made of itself is damaged") {
  const std::string one = seed("quarters.heic"), two = seed("two.heic"), clear = seed("clear.avif");
  if (!can_read(one) || !can_read(clear)) SKIP("libheif or a decoder of it is not installed");
  // The grid 2 is shown, of picture 1; in the other file 4 is a grid as well, and in the third 2 is
  // what tells of the transparency of 1.
  REQUIRE(read(with_references(one, {{"dimg", 2, {1}}})).width == 60);
  const std::vector<std::string> circles = {
      with_references(one, {{"dimg", 2, {2}}}),
      with_references(two, {{"dimg", 2, {4}}, {"dimg", 4, {2}}}),
      with_references(clear, {{"auxl", 2, {1}}, {"dimg", 2, {1}}}),
  };
  for (const std::string& bytes : circles) {
    CHECK_THROWS_MATCHES(read(bytes), Error, MessageMatches(ContainsSubstring("made of itself")));
  }
}

TEST_CASE("a HEIC of more parts than a large picture has is refused before it is decoded") {
  const std::string two = seed("two.heic");
  if (!can_read(two)) SKIP("libheif or its decoder of HEVC is not installed");
  const std::vector<std::size_t> fours(200, 4), ones(200, 1);
  const std::string many = with_references(two, {{"dimg", 2, fours}, {"dimg", 4, ones}});
  CHECK_THROWS_MATCHES(read(many), Error, MessageMatches(ContainsSubstring("too many others")));
  // The size of picture 1 stands in the first box "ispe".
  std::string large = with_references(two, {{"dimg", 2, {1, 1, 1, 1, 1}}});
  large.replace(large.find("ispe") + 8, 8, std::string("\0\0\x27\0\0\0\x27\0", 8));  // 9984x9984
  CHECK_THROWS_MATCHES(read(large), Error, MessageMatches(ContainsSubstring("too many others")));
  large = with_references(large, {{"dimg", 2, {1}}});
  CHECK_THROWS_MATCHES(read(large), Error, MessageMatches(ContainsSubstring("MB to decode")));
}
