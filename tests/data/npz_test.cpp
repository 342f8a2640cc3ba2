#include "data/npz.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <utility>
#include <vector>

#include "base/byte_reader.hpp"
#include "mlpctl/error.hpp"
#include "support/npz.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::data::NpzFile;
using mlpctl::data::Part;

namespace {

using Records = std::vector<std::pair<std::string, std::string>>;

const std::string kTwoPictures = std::string(784, '\x10') + std::string(784, '\xFF');

mlpctl::data::Dataset load_text(const std::string& zip, Part part) {
  return NpzFile(mlpctl::as_byte_span(zip), "set.npz").load(part);
}

void check_npz_refused(const Records& records, const std::string& sentence) {
  const std::string zip = zip_text(records);
  CHECK_THROWS_MATCHES(load_text(zip, Part::kTrain), mlpctl::Error,
                       MessageMatches(ContainsSubstring("set.npz") && ContainsSubstring(sentence)));
}

/// An archive whose pictures have this header and these bytes.
Records with_images(const std::string& type, const std::string& shape, const std::string& values) {
  return {{"x_train.npy", npy_text(type, shape, values)},
          {"y_train.npy", npy_text("|u1", "(2,)", "\x03\x09")}};
}

}  // namespace

TEST_CASE("an archive gives the pictures and labels of its parts, stored or packed") {
  Records records = with_images("|u1", "(2, 28, 28)", kTwoPictures);
  records.emplace_back("y_test.npy", npy_text("|u1", "(1,)", "\x05"));
  records.emplace_back("x_test.npy", npy_text("|u1", "(1, 784)", std::string(784, '\x07')));
  for (const bool packed : {false, true}) {
    const std::string zip = zip_text(records, packed);
    const auto train = load_text(zip, Part::kTrain), test = load_text(zip, Part::kTest);
    CHECK(train.count() == 2);
    CHECK(train.images[784] == 255);
    CHECK(train.labels[1] == 9);
    CHECK(test.count() == 1);
    CHECK(test.is_prepared());
    CHECK(test.images[0] == 7);
    CHECK(test.labels[0] == 5);
  }
}

TEST_CASE("numbers of every type become pixels and labels") {
  // 0.5 and 1 as float32, big and little endian: shares of 255.
  const std::string big("\x3F\x00\x00\x00\x3F\x80\x00\x00", 8);
  const std::string little("\x00\x00\x00\x3F\x00\x00\x80\x3F", 8);
  for (const auto& [type, values] : {std::pair(">f4", big), std::pair("<f4", little)}) {
    const auto set = load_text(zip_text(with_images(type, "(2, 1, 1)", values)), Part::kTrain);
    CHECK(set.images[0] == 128);
    CHECK(set.images[1] == 255);
    CHECK_FALSE(set.is_prepared());
  }
  const Records wide{{"x.npy", npy_text("<i2", "(1, 1, 2, 1)", std::string("\x01\x00\xFF\x00", 4))},
                     {"Y.npy", npy_text("<i8", "(1,)", std::string("\x04\0\0\0\0\0\0\0", 8))}};
  const auto set = load_text(zip_text(wide), Part::kWhole);
  CHECK(set.images[1] == 255);
  CHECK(set.columns == 1);
  CHECK(set.rows == 2);
  CHECK(set.labels[0] == 4);
}

TEST_CASE("arrays that are no data set are refused, each with its reason") {
  check_npz_refused({{"a.npy", npy_text("|u1", "(1,)", "a")}}, "has no arrays x_train and y_train");
  check_npz_refused(with_images("|O", "(2,)", "ab"), "Python's objects");
  check_npz_refused(with_images("<c8", "(1, 1, 1)", std::string(8, 'a')), "values of type '<c8'");
  check_npz_refused(with_images("|u1", "(2, 28, 29)", kTwoPictures), "not what its shape needs");
  check_npz_refused(with_images("|u1", "(1568,)", kTwoPictures), "holds no grey pictures");
  check_npz_refused(with_images("|u1", "(1, 28, 28, 2)", kTwoPictures), "holds no grey pictures");
  check_npz_refused(with_images("|u1", "(9223372036854775807, 28, 28)", kTwoPictures), "its shape");
  check_npz_refused(with_images("<i2", "(1, 28, 28)", std::string(1568, '\xFF')), "is no pixel");
  check_npz_refused(with_images("<f8", "(1, 1, 1)", std::string(6, '\0') + "\xF8\x7F"),
                    "is no pixel");
  check_npz_refused(with_images("|u1", "(1, 28, 28)", std::string(784, 'a')),
                    "2 labels for 1 images");
  Records high = with_images("|u1", "(2, 28, 28)", kTwoPictures);
  high[1].second = npy_text("|u1", "(2,)", "\x03\x0A");
  check_npz_refused(high, "is 10; labels are 0 to 9");
  high[1].second = "no array";
  check_npz_refused(high, "y_train: is no .npy array");
  high[1].second = npy_text("|u1", "(2,)", "ab").substr(0, 9);
  check_npz_refused(high, "ends within its .npy header");
}

TEST_CASE("a column-major array of pictures is refused, one of labels is not") {
  Records records = with_images("|u1", "(2, 28, 28)", kTwoPictures);
  records[1].second = npy_text("|u1", "(2,)", "\x03\x09", true);
  CHECK(load_text(zip_text(records), Part::kTrain).count() == 2);
  records[0].second = npy_text("|u1", "(2, 28, 28)", kTwoPictures, true);
  check_npz_refused(records, "numpy.ascontiguousarray");
}

TEST_CASE("pictures are found without labels, and said which") {
  const auto pictures = [](const Records& records) {
    const std::string zip = zip_text(records);
    return NpzFile(mlpctl::as_byte_span(zip), "set.npz").pictures();
  };
  const std::string two = npy_text("|u1", "(2, 28, 28)", kTwoPictures);
  const std::string one = npy_text("|u1", "(1, 784)", std::string(784, '\x07'));
  const auto test = pictures({{"x_train.npy", two}, {"x_test.npy", one}});
  CHECK(test.count() == 1);
  REQUIRE(test.notes.size() == 1);
  CHECK(test.notes[0] == "set.npz: x_test is taken; it holds x_train.npy, x_test.npy");
  CHECK(pictures({{"x_train.npy", two}, {"y_train.npy", one}}).count() == 2);
  const auto only = pictures({{"arr_0.npy", two}});
  CHECK(only.count() == 2);
  CHECK(only.notes.empty());
  CHECK_THROWS_MATCHES(pictures({{"arr_0.npy", two}, {"arr_1.npy", one}}), mlpctl::Error,
                       MessageMatches(ContainsSubstring("no array x_test, x or x_train")));
  CHECK_THROWS_MATCHES(pictures({{"x.npy", npy_text("|u1", "(0, 28, 28)", "")}}), mlpctl::Error,
                       MessageMatches(ContainsSubstring("set.npz: x: holds no images")));
  const std::string zip = zip_text({{"a.npy", one}, {"b.npy", one}});
  const NpzFile both(mlpctl::as_byte_span(zip), "set.npz");
  CHECK_THROWS_MATCHES(both.only_labels(), mlpctl::Error,
                       MessageMatches(ContainsSubstring("not one array of labels")));
}

TEST_CASE("a damaged archive is refused") {
  std::string zip = zip_text(with_images("|u1", "(2, 28, 28)", kTwoPictures));
  std::string changed = zip;
  changed[zip.find(std::string(9, '\x10'))] = '\x11';
  CHECK_THROWS_MATCHES(load_text(changed, Part::kTrain), mlpctl::Error,
                       MessageMatches(ContainsSubstring("does not match its checksum")));
  zip.resize(zip.size() - 1);
  CHECK_THROWS_AS(load_text(zip, Part::kTrain), mlpctl::Error);
}
