#include <algorithm>
#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <filesystem>

#include "data/formats.hpp"
#include "support/error_code.hpp"
#include "support/idx.hpp"
#include "support/temp_dir.hpp"

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using mlpctl::ErrorCode;
using mlpctl::data::Part;
using mlpctl::tests::error_code;

namespace {

constexpr const char* kImages = "t10k-images-idx3-ubyte";
constexpr const char* kLabels = "t10k-labels-idx1-ubyte";

/// Three pictures, the n-th filled with the letter after the one before it.
std::string three_images() {
  std::string values;
  for (const char c : {'a', 'b', 'c'}) values += std::string(mlpctl::data::kPixels, c);
  return idx_text({3, 28, 28}, values);
}

std::string three_labels() {
  return idx_text({3}, "\x01\x09\x02");
}

void check_refused(const TempDir& dir, ErrorCode code, const std::string& sentence) {
  const auto load = [&] { mlpctl::data::load(dir.path(), Part::kTest); };
  CHECK_THROWS_MATCHES(load(), mlpctl::Error, MessageMatches(ContainsSubstring(sentence)));
  CHECK(error_code(load) == code);
}

}  // namespace

TEST_CASE("a set is read under each of its usual names") {
  for (const char* joint : {"-", "."}) {
    for (const bool packed : {false, true}) {
      const TempDir dir;
      const auto name = [&](const char* what, const char* type) {
        return std::string("t10k-") + what + joint + type + (packed ? ".gz" : "");
      };
      dir.write(name("images", "idx3-ubyte"), packed ? gzip_text(three_images()) : three_images());
      dir.write(name("labels", "idx1-ubyte"), packed ? gzip_text(three_labels()) : three_labels());
      CHECK(mlpctl::data::has(dir.path(), Part::kTest));
      CHECK_FALSE(mlpctl::data::has(dir.path(), Part::kTrain));
      const auto set = mlpctl::data::load(dir.path() + "/", Part::kTest);
      CHECK(set.count() == 3);
      CHECK(set.images[784] == 'b');
      CHECK(set.labels[1] == 9);
      CHECK(set.classes.empty());
      CHECK(set.name == std::filesystem::path(dir.path()).filename().string() + " test");
    }
  }
}

TEST_CASE("the classes beside the data are read and must be ten") {
  const TempDir dir;
  dir.write(kImages, three_images());
  dir.write(kLabels, three_labels());
  dir.write("classes.txt", "a\r\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  const auto set = mlpctl::data::load(dir.path(), Part::kTest);
  REQUIRE(set.classes.size() == 10);
  CHECK(set.classes[0] == "a");
  dir.write("classes.txt", "a\nb\n");
  check_refused(dir, ErrorCode::kNotSupported, "names 2 classes");
  dir.write("classes.txt", "a\nb\nc\nd\ne\nf\ng\nh\na\nj\n");
  check_refused(dir, ErrorCode::kCorruption, "names 'a' twice");
  dir.write("classes.txt", "a\nb\x1B[31m\nc\nd\ne\nf\ng\nh\ni\nj\n");
  check_refused(dir, ErrorCode::kCorruption, "name 2 holds a control character");
  dir.write("classes.txt",
            "\xEF\xBB\xBF"
            "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n");
  CHECK(load(dir.path(), Part::kTest).classes[0] == "a");
}

TEST_CASE("classes that cannot be read are not taken for none") {
  const TempDir dir;
  dir.write(kImages, three_images());
  dir.write(kLabels, three_labels());
  std::filesystem::create_directory(dir / "classes.txt");
  check_refused(dir, ErrorCode::kNotSupported, "classes.txt: is a folder");
}

TEST_CASE("missing and contradicting files of a set are refused") {
  const TempDir dir;
  const auto load_none = [&] { mlpctl::data::load(dir / "none", Part::kTrain); };
  CHECK_THROWS_MATCHES(load_none(), mlpctl::Error,
                       MessageMatches(ContainsSubstring("no such data folder or file")));
  CHECK(error_code(load_none) == ErrorCode::kNotFound);
  dir.write("train.csv", "5,0,0");
  const auto load_file = [&] { mlpctl::data::load(dir / "train.csv", Part::kTrain); };
  CHECK_THROWS_MATCHES(load_file(), mlpctl::Error,
                       MessageMatches(ContainsSubstring("train.csv: is no data set")));
  CHECK(error_code(load_file) == ErrorCode::kNotSupported);
  check_refused(dir, ErrorCode::kNotFound, "has no train-images-idx3-ubyte");
  dir.write(kImages, three_images());
  check_refused(dir, ErrorCode::kNotFound, "has no t10k-labels-idx1-ubyte");
  dir.write(kLabels, idx_text({2}, "\x01\x02"));
  check_refused(dir, ErrorCode::kCorruption, "2 labels for the 3 images");
  dir.write(kLabels, idx_text({3}, "\x01\x02\x0A"));
  check_refused(dir, ErrorCode::kNotSupported,
                "label number 2 (of 3, counted from 0) is 10; labels are 0 to 9");
  dir.write(kLabels, three_images());
  check_refused(dir, ErrorCode::kCorruption, "holds images where labels are expected");
  dir.write(kImages, three_labels());
  check_refused(dir, ErrorCode::kCorruption, "holds labels where images are expected");
  dir.write(kImages, idx_text({1, 2, 0}, ""));
  check_refused(dir, ErrorCode::kCorruption, "holds images without pixels");
  dir.write(kImages, idx_text({0, 28, 28}, ""));
  check_refused(dir, ErrorCode::kCorruption, "holds no images");
}

TEST_CASE("files that cannot be looked at are not taken for missing") {
  const TempDir dir;
  dir.write(kLabels, three_labels());
  std::filesystem::create_symlink(kImages, dir / kImages);  // leads to itself
  CHECK(error_code([&] { mlpctl::data::has(dir.path(), Part::kTest); }) == ErrorCode::kIo);
  std::filesystem::remove(dir / kImages);
  CHECK_FALSE(mlpctl::data::has(dir.path(), Part::kTest));
}

TEST_CASE("the validation part is the last pictures and outlives the whole") {
  const TempDir dir;
  dir.write("train-images-idx3-ubyte", three_images());
  dir.write("train-labels-idx1-ubyte", three_labels());
  const auto [train, validation] =
      mlpctl::data::split_validation(mlpctl::data::load(dir.path(), Part::kTrain), 1);
  CHECK(train.count() == 2);
  CHECK(validation.count() == 1);
  CHECK(validation.images.size() == 784);
  CHECK(validation.images[0] == 'c');
  CHECK(validation.labels[0] == 2);
  for (const std::int64_t wrong : {0, -1, 2, 9}) {
    CHECK(error_code([&set = train, wrong] { mlpctl::data::split_validation(set, wrong); }) ==
          mlpctl::ErrorCode::kInvalidArgument);
  }
}

TEST_CASE("of a set that may be sorted the validation part is a sample, the same each time") {
  mlpctl::data::Dataset set;
  set.hold_images(std::vector<std::uint8_t>(100 * mlpctl::data::kPixels));
  std::vector<std::uint8_t> labels;
  for (int i = 0; i < 100; ++i) {
    labels.push_back(static_cast<std::uint8_t>(i / 10));
    set.files.push_back(std::to_string(i));
  }
  set.hold_labels(labels);
  const auto [train, validation] = mlpctl::data::split_validation(set, 40);
  CHECK(train.count() == 60);
  CHECK(validation.count() == 40);
  CHECK(validation.files == mlpctl::data::split_validation(set, 40).second.files);
  std::vector<std::string> all = train.files;
  all.insert(all.end(), validation.files.begin(), validation.files.end());
  std::ranges::sort(all);
  std::ranges::sort(set.files);
  CHECK(all == set.files);
  for (std::size_t i = 0; i < 40; ++i) {
    CHECK(validation.labels[i] == std::stoi(validation.files[i]) / 10);
  }
  CHECK(validation.labels[0] < 3);
  CHECK(validation.labels[39] > 6);
}

TEST_CASE("what is mixed is all there, and one's own pictures are a share of it") {
  const auto set_of = [](std::size_t count, std::uint8_t value) {
    mlpctl::data::Dataset set;
    set.hold_images(std::vector<std::uint8_t>(count * mlpctl::data::kPixels, value));
    set.hold_labels(std::vector<std::uint8_t>(count, value));
    return set;
  };
  const auto own = set_of(4, 7);
  auto other = set_of(90, 1);
  const auto both = mlpctl::data::mix(own, other, 0.25);
  // 90 are three quarters of 120.
  CHECK(both.count() == 8 * 4 + 90);
  CHECK(std::ranges::count(both.labels, 7) == 32);
  CHECK(std::ranges::count(both.images, 7) == 32 * 784);
  CHECK(mlpctl::data::mix(set_of(500, 7), other, 0.25).count() == 590);
  other.classes = {"a"};
  CHECK(error_code([&] { mlpctl::data::mix(own, other, 0.25); }) == ErrorCode::kInvalidArgument);
}
