#include "data/dataset.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <numeric>

#include "base/random.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::data {
namespace {

namespace fs = std::filesystem;

/// The pictures of these places, in memory of their own.
Dataset chosen(const Dataset& set, std::span<const std::int64_t> places) {
  Dataset part = set;
  std::vector<std::uint8_t> images, labels;
  images.reserve(places.size() * kPixels);
  labels.reserve(places.size());
  part.files.clear();
  for (const std::int64_t place : places) {
    const auto at = static_cast<std::size_t>(place);
    const auto image = set.images.subspan(at * kPixels, kPixels);
    images.insert(images.end(), image.begin(), image.end());
    labels.push_back(set.labels[at]);
    if (!set.files.empty()) part.files.push_back(set.files[at]);
  }
  part.hold_images(std::move(images));
  part.hold_labels(std::move(labels));
  return part;
}

/// A few pictures that are repeated until they are a quarter of MNIST take 0.3 points of its test
/// set away; this often they are learnt as well (lib/train/recipes.md).
constexpr double kMostRepeats = 100;

/// Which pictures come before which when a set may be sorted.
constexpr std::uint64_t kMixingSeed = 28;

}  // namespace

void Dataset::hold_images(std::vector<std::uint8_t> bytes) {
  image_bytes = std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
  images = *image_bytes;
}

void Dataset::hold_labels(std::vector<std::uint8_t> bytes) {
  label_bytes = std::make_shared<const std::vector<std::uint8_t>>(std::move(bytes));
  labels = *label_bytes;
}

void Dataset::drop_images() {
  images = {};
  image_bytes = nullptr;
  image_file = nullptr;
}

Dataset Dataset::slice(std::int64_t begin, std::int64_t count) const {
  Dataset part = *this;
  const auto first = static_cast<std::size_t>(begin), size = static_cast<std::size_t>(count);
  part.images = images.subspan(first * kPixels, size * kPixels);
  part.labels = labels.subspan(first, size);
  if (!files.empty()) part.files.assign(files.begin() + begin, files.begin() + begin + count);
  return part;
}

void Dataset::check_unchanged() const {
  for (const auto& file : {image_file, label_file}) {
    if (file != nullptr) file->check_unchanged();
  }
}

std::string set_name(const std::string& path, Part part) {
  const fs::path normal = fs::path(path).lexically_normal();
  const fs::path last = normal.has_filename() ? normal.filename() : normal.parent_path().filename();
  constexpr const char* kPartNames[] = {" train", " test", ""};
  return last.string() + kPartNames[static_cast<std::size_t>(part)];
}

void check_labels(const Dataset& set, const std::string& name) {
  if (set.images.empty() && set.files.empty())
    throw Error(ErrorCode::kCorruption, name + ": holds no images");
  if (static_cast<std::int64_t>(set.labels.size()) != set.count()) {
    throw Error(ErrorCode::kCorruption, name + ": holds " + std::to_string(set.labels.size()) +
                                            " labels for " + std::to_string(set.count()) +
                                            " images");
  }
  const auto wrong =
      std::ranges::find_if(set.labels, [](std::uint8_t label) { return label >= kClasses; });
  if (wrong == set.labels.end()) return;
  throw Error(ErrorCode::kNotSupported,
              name + ": label number " + std::to_string(wrong - set.labels.begin()) + " (of " +
                  std::to_string(set.labels.size()) + ", counted from 0) is " +
                  std::to_string(*wrong) + "; labels are 0 to 9");
}

std::pair<Dataset, Dataset> split_validation(const Dataset& train, std::int64_t validation) {
  const std::int64_t rest = train.count() - validation;
  if (validation <= 0 || rest <= 0) {
    throw Error(ErrorCode::kInvalidArgument,
                "`val_split` " + std::to_string(validation) + ": " + train.name + " has " +
                    std::to_string(train.count()) +
                    " images; keep at least one for training and one for validation");
  }
  if (train.image_file != nullptr) {
    return {train.slice(0, rest), train.slice(rest, validation)};
  }
  std::vector<std::int64_t> places(static_cast<std::size_t>(train.count()));
  std::iota(places.begin(), places.end(), 0);
  Random random(kMixingSeed, 0);
  shuffle(places, random);
  const auto middle = places.begin() + rest;
  std::sort(places.begin(), middle);
  std::sort(middle, places.end());
  return {chosen(train, {places.begin(), middle}), chosen(train, {middle, places.end()})};
}

Dataset mix(const Dataset& own, const Dataset& other, double share) {
  if (own.classes != other.classes) {
    throw Error(ErrorCode::kInvalidArgument,
                "`mix` " + other.name + ": its classes are not those of " + own.name);
  }
  const double wanted = share / (1 - share) * static_cast<double>(other.count());
  const auto times = static_cast<std::int64_t>(
      std::clamp(std::ceil(wanted / static_cast<double>(own.count())), 1.0, kMostRepeats));
  Dataset both = other;
  std::vector<std::uint8_t> images, labels;
  images.reserve(own.images.size() * static_cast<std::size_t>(times) + other.images.size());
  for (std::int64_t i = 0; i <= times; ++i) {
    const Dataset& next = i < times ? own : other;
    images.insert(images.end(), next.images.begin(), next.images.end());
    labels.insert(labels.end(), next.labels.begin(), next.labels.end());
  }
  own.check_unchanged();
  other.check_unchanged();
  both.name = own.name + " and " + other.name;
  both.files.clear();
  both.image_file = both.label_file = nullptr;
  both.hold_images(std::move(images));
  both.hold_labels(std::move(labels));
  return both;
}

}  // namespace mlpctl::data
