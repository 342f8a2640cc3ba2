#include "mlpctl/digits/reader.hpp"

#include <algorithm>
#include <utility>

#include "mlpctl/state/reader.hpp"
#include "model/info.hpp"
#include "model/model_file.hpp"
#include "net/classifier.hpp"
#include "read/judge.hpp"

namespace mlpctl::digits {
namespace {

image::Picture picture_of(const Pixels& pixels) {
  const auto fail = [](const std::string& sentence) {
    throw Error(ErrorCode::kInvalidArgument, sentence);
  };
  const auto [width, height, channels, values] = pixels;
  if (channels != 1 && channels != 3) {
    fail("pixels of " + std::to_string(channels) + " `channels` are not read; give 1 or 3");
  }
  const std::int64_t count = std::int64_t{width} * height;
  if (width <= 0 || height <= 0 || std::max(width, height) > image::kMaxSide ||
      count > image::kMaxPixels) {
    fail("a picture of " + std::to_string(width) + "x" + std::to_string(height) +
         " pixels is not read");
  }
  if (values.size() != static_cast<std::size_t>(count * channels)) {
    fail(std::to_string(width) + "x" + std::to_string(height) + " pixels of " +
         std::to_string(channels) + " channels are " + std::to_string(count * channels) +
         " values, and here are " + std::to_string(values.size()));
  }
  return {.width = width,
          .height = height,
          .channels = channels,
          .pixels = {values.begin(), values.end()}};
}

}  // namespace

struct Reader::Model {
  Model(const state::StateFile& file, const model::LoadOptions& options)
      : info(model::info_in(file)), classifier(model::view_in(file, options).parameters) {}

  Preparation for_digit() const {
    return info.preprocess == "none" ? Preparation::kReduced : Preparation::kDigit;
  }
  Preparation for_sheet() const {
    if (info.preprocess != "none") return Preparation::kSheet;
    throw Error(ErrorCode::kNotSupported, "the model is not one of digits, and reads no sheets");
  }
  /// picture: gives it again, for a sheet that lies on its side, or that may be a page.
  template <typename Picture>
  Answer answer(const Candidates& candidates, const Picture& picture) const {
    const Network network = [this](std::span<const std::uint8_t> pictures) {
      std::vector<float> logits(pictures.size() / model::kPixels * model::kClasses);
      classifier.logits(pictures, logits);
      return logits;
    };
    const LookAgain look_again = [&](std::size_t, int turns, image::SheetLook how) {
      return turned_sheet(picture(), turns, how);
    };
    return std::move(judge({&candidates, 1}, network, look_again).front());
  }

  Answer read(const std::string& file, Preparation preparation) const {
    return answer(candidates_in(file, preparation),
                  [&] { return image::read_picture(file, image::Resolution::kSheet); });
  }
  Answer read(const Pixels& pixels, Preparation preparation) const {
    return answer(candidates_in(picture_of(pixels), preparation),
                  [&] { return image::reduce_to_pixels(picture_of(pixels), image::kSheetPixels); });
  }

  model::ModelInfo info;
  net::Classifier classifier;
};

Reader::Reader(const std::string& model_file, const std::string& key)
    : model_(
          std::make_unique<Model>(state::open_state(model_file), model::LoadOptions{.key = key})) {}
Reader::Reader(Reader&&) noexcept = default;
Reader& Reader::operator=(Reader&&) noexcept = default;
Reader::~Reader() = default;

Answer Reader::read_digit(const std::string& picture_file) const {
  return model_->read(picture_file, model_->for_digit());
}

Answer Reader::read_digit(const Pixels& pixels) const {
  return model_->read(pixels, model_->for_digit());
}

Answer Reader::read_sheet(const std::string& picture_file) const {
  return model_->read(picture_file, model_->for_sheet());
}

Answer Reader::read_sheet(const Pixels& pixels) const {
  return model_->read(pixels, model_->for_sheet());
}

const std::vector<std::string>& Reader::classes() const {
  return model_->info.classes;
}

}  // namespace mlpctl::digits
