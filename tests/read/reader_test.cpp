#include "mlpctl/digits/reader.hpp"

#include <catch2/catch_test_macros.hpp>

#include "image/decode/picture_file.hpp"
#include "image/drawn.hpp"
#include "model/model_file.hpp"
#include "support/error_code.hpp"
#include "support/temp_dir.hpp"

using namespace mlpctl;

namespace {

/// A model that was never trained: what it says of a picture is fixed all the same.
std::string save_model(const TempDir& dir, const model::ModelInfo& info = {}) {
  const std::string path = dir / "m.pt";
  // Sure of what it sees, so that nothing is taken for no digit.
  model::Parameters parameters = model::initial_parameters(2);
  for (float& weight : parameters.tensors[6]) weight *= 300;
  model::save_model(path, {.parameters = parameters, .info = info});
  return path;
}

image::Picture zeros() {
  image::Picture picture = page(400, 200);
  draw_zero(picture, 60, 60, 50, 70, 7);
  draw_zero(picture, 200, 60, 50, 70, 7);
  return picture;
}

digits::Pixels pixels_of(const image::Picture& picture) {
  return {.width = picture.width, .height = picture.height, .values = picture.pixels};
}

}  // namespace

TEST_CASE("a sheet is read the same from a file and from pixels") {
  const TempDir dir;
  const digits::Reader reader(save_model(dir));
  const image::Picture picture = zeros();
  image::write_png(picture, dir / "p.png");
  const digits::Answer file = reader.read_sheet(dir / "p.png");
  const digits::Answer pixels = reader.read_sheet(pixels_of(picture));
  REQUIRE(file.lines.size() == 1);
  REQUIRE(file.lines[0].size() == 2);
  REQUIRE(pixels.lines.size() == 1);
  for (std::size_t i = 0; i < 2; ++i) {
    const digits::Digit &a = file.lines[0][i], &b = pixels.lines.at(0).at(i);
    CHECK(a.logits == b.logits);
    CHECK(a.box == b.box);
    CHECK(a.input == b.input);
  }
  CHECK(std::abs(file.lines[0][1].box.x - 200) < 4);
}

TEST_CASE("one digit is one line, and a blank page none") {
  const TempDir dir;
  const digits::Reader reader(save_model(dir));
  image::Picture picture = page(200, 200);
  CHECK(reader.read_digit(pixels_of(picture)).lines.empty());
  draw_zero(picture, 60, 60, 50, 70, 7);
  const digits::Answer answer = reader.read_digit(pixels_of(picture));
  REQUIRE(answer.lines.size() == 1);
  CHECK(answer.lines[0].size() == 1);
}

TEST_CASE("a model of other things gets its pictures whole, and reads no sheets") {
  const TempDir dir;
  std::vector<std::string> classes(digits::kClasses, "shoe");
  const digits::Reader reader(save_model(dir, {.classes = classes, .preprocess = "none"}));
  CHECK(reader.classes() == classes);
  const image::Picture picture = page(280, 280, 100);
  const digits::Answer answer = reader.read_digit(pixels_of(picture));
  REQUIRE(answer.lines.size() == 1);
  CHECK(answer.lines[0][0].input[400] == 100);
  CHECK(tests::error_code([&] { (void)reader.read_sheet(pixels_of(picture)); }) ==
        ErrorCode::kNotSupported);
}

TEST_CASE("pixels whose sizes do not fit are refused, and files that are not there") {
  const TempDir dir;
  const digits::Reader reader(save_model(dir));
  const std::vector<std::uint8_t> values(12);
  for (const digits::Pixels& pixels :
       {digits::Pixels{3, 3, 1, values}, digits::Pixels{3, 2, 2, values},
        digits::Pixels{-3, -4, 1, values}, digits::Pixels{0, 0, 1, {}}}) {
    CHECK(tests::error_code([&] { (void)reader.read_digit(pixels); }) ==
          ErrorCode::kInvalidArgument);
  }
  CHECK(tests::error_code([&] { (void)reader.read_digit(dir / "none.png"); }) ==
        ErrorCode::kNotFound);
}
