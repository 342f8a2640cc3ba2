#include "train/train_data.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "cli/threads.hpp"
#include "mlpctl/error.hpp"
#include "model/model_file.hpp"
#include "net/classifier.hpp"
#include "sets/data_set.hpp"

namespace mlpctl::app {
namespace {

/// What the user's own pictures are of an epoch into which others are mixed: enough for a few of
/// them to be learnt in a few epochs (lib/train/recipes.md has what others gave).
constexpr double kOwnShare = 0.25;

/// Loads sets and brings them to the net's form.
class Loader {
 public:
  explicit Loader(const TrainCommand& command) : command_(command) {
    if (!command.from.empty()) take_model(command.from);
  }

  data::Dataset load(const std::string& path, data::Part part, Purpose purpose) {
    data::Dataset set = load_set(path, part, classes_);
    add_left_out(set.unlabelled);
    if (set.is_prepared()) return set;
    if (!network_ && !command_.resume.empty()) take_model(command_.resume);
    const auto preparation =
        set.classes.empty() ? digits::Preparation::kDigit : digits::Preparation::kReduced;
    // What is measured by is seen as predict sees it, which takes a model.
    PreparedSet prepared =
        prepare_and_tell(std::move(set), {.preparation = preparation,
                                          .purpose = network_ ? purpose : Purpose::kTeach,
                                          .network = network_,
                                          .threads = thread_count(command_.settings.threads)});
    add_left_out(prepared.left_out);
    return std::move(prepared.set);
  }

  /// Of all sets that were loaded.
  std::vector<std::string> take_left_out() { return std::move(left_out_); }

 private:
  void add_left_out(const std::vector<std::string>& more) {
    left_out_.insert(left_out_.end(), more.begin(), more.end());
  }

  /// The model that the run goes on from chooses between the ways to see a picture.
  void take_model(const std::string& path) {
    model::Model model = model::load_model(path, command_.load).model;
    classes_ = std::move(model.info.classes);
    network_ = [classifier = std::make_shared<const net::Classifier>(model.parameters)](
                   std::span<const std::uint8_t> pictures) {
      std::vector<float> logits(pictures.size() / model::kPixels * model::kClasses);
      classifier->logits(pictures, logits);
      return logits;
    };
  }

  const TrainCommand& command_;
  std::vector<std::string> classes_, left_out_;
  digits::Network network_;
};

/// A share of the pictures or a number of them.
std::int64_t validation_count(double split, std::int64_t count) {
  if (split >= 1) return static_cast<std::int64_t>(split);
  return std::max<std::int64_t>(1, std::llround(split * static_cast<double>(count)));
}

/// The word mnist stands for the set that is taken where none is named.
std::string mixed_path(const std::string& named) {
  std::error_code none;
  const bool is_word = named == "mnist" && !std::filesystem::exists(named, none);
  return is_word ? find_data("") : named;
}

/// Without black pixels MNIST's training pictures take 16 MB in place of 47. Those of a mapped file
/// take none that the system cannot take back.
void make_sparse(LoadedData& loaded) {
  data::Dataset& set = loaded.train;
  if (set.image_file != nullptr && set.image_file->is_mapped()) return;
  const std::size_t bytes = net::SparsePictures::bytes_for(set.images);
  if (bytes > set.images.size() / 4 * 3) return;
  loaded.sparse_train = std::make_unique<const net::SparsePictures>(set.images, bytes);
  data::Dataset& validation = loaded.validation;
  if (validation.image_file != nullptr) {  // a part of the same file
    validation.hold_images({validation.images.begin(), validation.images.end()});
    validation.image_file = nullptr;
  }
  set.drop_images();
}

}  // namespace

train::TrainData LoadedData::parts() const {
  const auto examples = [](const data::Dataset& set) {
    return train::Examples{set.images, set.labels};
  };
  train::TrainData parts{examples(train), examples(validation), examples(test)};
  parts.train.sparse = sparse_train.get();
  return parts;
}

void LoadedData::check_unchanged() const {
  for (const data::Dataset* set : {&train, &validation, &test}) set->check_unchanged();
}

LoadedData load_data(const TrainCommand& command) {
  using data::Part;
  Loader loader(command);
  LoadedData loaded;
  loaded.path = find_data(command.data);
  loaded.train = loader.load(loaded.path, Part::kTrain, Purpose::kTeach);
  if (command.val_split > 0) {
    std::tie(loaded.train, loaded.validation) = data::split_validation(
        loaded.train, validation_count(command.val_split, loaded.train.count()));
  }
  std::string test = command.test_data;
  if (test.empty() && has_part(loaded.path, Part::kTest)) test = loaded.path;
  if (!command.mix.empty()) {
    const std::string path = mixed_path(command.mix);
    loaded.train =
        data::mix(loaded.train, loader.load(path, Part::kTrain, Purpose::kTeach), kOwnShare);
    if (test.empty() && has_part(path, Part::kTest)) test = path;
    loaded.path += " and " + path;
  }
  if (!test.empty()) loaded.test = loader.load(test, Part::kTest, Purpose::kMeasure);
  loaded.left_out = loader.take_left_out();
  make_sparse(loaded);
  return loaded;
}

}  // namespace mlpctl::app
