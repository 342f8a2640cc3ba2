#include "image/decode/picture_file.hpp"

#include "image/decode/encoded.hpp"
#include "image/drawn.hpp"
#include "mlpctl/error.hpp"
#include "support/temp_dir.hpp"

using namespace mlpctl;

TEST_CASE("a large picture is reduced unless all of it is wanted") {
  const std::string bytes = "P5 4000 3000 255\n" + std::string(12'000'000, '\x64');
  const image::Picture picture = read(bytes);
  CHECK(picture.width == 2000);
  CHECK(picture.reduction == 2);
  CHECK(picture.at(1999, 1499) == 100);
  const auto full =
      image::read_picture(std::as_bytes(std::span(bytes)), "p", image::Resolution::kFull);
  CHECK(full.width == 4000);
}

TEST_CASE("what write_png writes is read back the same") {
  const TempDir dir;
  image::Picture grey = page(31, 17, 90);
  draw_bar(grey, 3, 4, 5, 6, 200);
  image::write_png(grey, dir / "a.png");
  const image::Picture back = image::read_picture(dir / "a.png");
  CHECK(back.channels == 1);
  CHECK(back.pixels == grey.pixels);
}
