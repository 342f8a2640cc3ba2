#include "train/tensorboard.hpp"

#include <spdlog/fmt/fmt.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <protozero/pbf_writer.hpp>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/text.hpp"
#include "eval/metrics.hpp"
#include "image/encode/encode.hpp"
#include "net/classifier.hpp"
#include "report/evaluation.hpp"
#include "train/augment/augment.hpp"
#include "train/train_options.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;
using protozero::pbf_writer;

// The fields of TensorBoard's protobufs that are written.
namespace event_field {
constexpr protozero::pbf_tag_type kTime = 1, kStep = 2, kVersion = 3, kSummary = 5, kSession = 7;
}
namespace value_field {
constexpr protozero::pbf_tag_type kTag = 1, kNumber = 2, kImage = 4, kTensor = 8, kMetadata = 9;
}
namespace image_field {
constexpr protozero::pbf_tag_type kHeight = 1, kWidth = 2, kColours = 3, kPng = 4;
}
namespace tensor_field {
constexpr protozero::pbf_tag_type kType = 1, kShape = 2, kText = 8;
}
constexpr std::int32_t kFloat = 1, kString = 7;
constexpr protozero::pbf_tag_type kSummaryValue = 1;

double now() {
  using std::chrono::system_clock;
  return std::chrono::duration<double>(system_clock::now().time_since_epoch()).count();
}

/// fill(writer) writes what the event is.
template <typename Fill>
std::string event(std::int64_t step, const Fill& fill) {
  std::string bytes;
  pbf_writer writer(bytes);
  writer.add_double(event_field::kTime, now());
  writer.add_int64(event_field::kStep, step);
  fill(writer);
  return bytes;
}

/// An event with one or more values; fill(summary) adds them.
template <typename Fill>
std::string summary_event(std::int64_t step, const Fill& fill) {
  return event(step, [&](pbf_writer& writer) {
    pbf_writer summary(writer, event_field::kSummary);
    fill(summary);
  });
}

void add_number(pbf_writer& summary, std::string_view tag, double number) {
  pbf_writer value(summary, kSummaryValue);
  value.add_string(value_field::kTag, tag);
  value.add_float(value_field::kNumber, static_cast<float>(number));
}

void add_scores(pbf_writer& summary, const std::string& part,
                const std::optional<train::Score>& score) {
  if (!score) return;
  add_number(summary, "loss/" + part, score->loss);
  add_number(summary, "accuracy/" + part, score->accuracy);
}

void add_image(pbf_writer& summary, std::string_view tag, const image::Picture& picture,
               const image::Bytes& png) {
  pbf_writer value(summary, kSummaryValue);
  value.add_string(value_field::kTag, tag);
  pbf_writer image(value, value_field::kImage);
  image.add_int32(image_field::kHeight, picture.height);
  image.add_int32(image_field::kWidth, picture.width);
  image.add_int32(image_field::kColours, picture.channels);
  image.add_bytes(image_field::kPng, reinterpret_cast<const char*>(png.data()), png.size());
}

/// What a plugin of TensorBoard reads; a text, or nothing but the plugin's own content.
void add_plugin(pbf_writer& summary, std::string_view tag, std::string_view plugin,
                std::string_view content, const std::string* text = nullptr) {
  pbf_writer value(summary, kSummaryValue);
  value.add_string(value_field::kTag, tag);
  {
    constexpr protozero::pbf_tag_type kPlugin = 1, kName = 1, kContent = 2, kDataClass = 4;
    constexpr std::int32_t kTensors = 2;
    pbf_writer metadata(value, value_field::kMetadata);
    {
      pbf_writer data(metadata, kPlugin);
      data.add_string(kName, plugin);
      data.add_bytes(kContent, content);
    }
    if (text != nullptr) metadata.add_enum(kDataClass, kTensors);
  }
  pbf_writer tensor(value, value_field::kTensor);
  tensor.add_enum(tensor_field::kType, text != nullptr ? kString : kFloat);
  tensor.add_message(tensor_field::kShape, std::string_view());
  if (text != nullptr) tensor.add_string(tensor_field::kText, *text);
}

/// An entry of a map from names to google.protobuf.Value.
void add_setting(pbf_writer& session, const std::string& name, const Json& setting) {
  constexpr protozero::pbf_tag_type kSettings = 1, kKey = 1, kValue = 2;
  constexpr protozero::pbf_tag_type kNumber = 2, kText = 3, kTruth = 4;
  pbf_writer entry(session, kSettings);
  entry.add_string(kKey, name);
  pbf_writer value(entry, kValue);
  if (setting.is_boolean()) {
    value.add_bool(kTruth, setting.get<bool>());
  } else if (setting.is_number()) {
    value.add_double(kNumber, setting.get<double>());
  } else {
    value.add_string(kText, setting.is_string() ? setting.get<std::string>() : "none");
  }
}

/// "augment.rotate" for what stands below "augment".
void add_settings(pbf_writer& session, const std::string& prefix, const Json& settings) {
  for (const auto& [name, setting] : settings.items()) {
    if (setting.is_object()) {
      add_settings(session, prefix + name + ".", setting);
    } else {
      add_setting(session, prefix + name, setting);
    }
  }
}

constexpr std::string_view kHparams = "hparams";

std::string session_start(const RunStart& start) {
  constexpr protozero::pbf_tag_type kStart = 3, kTime = 5;
  std::string bytes;
  pbf_writer data(bytes);
  pbf_writer session(data, kStart);
  add_setting(session, "recipe", start.recipe);
  add_settings(session, "", settings_json(start.options));
  session.add_double(kTime, now());
  return bytes;
}

std::string session_end(train::TrainEnd reason) {
  constexpr protozero::pbf_tag_type kEnd = 4, kStatus = 1, kTime = 2;
  constexpr std::int32_t kSuccess = 1, kFailure = 2;
  std::string bytes;
  pbf_writer data(bytes);
  pbf_writer session(data, kEnd);
  session.add_enum(kStatus, reason == train::TrainEnd::kNotFinite ? kFailure : kSuccess);
  session.add_double(kTime, now());
  return bytes;
}

/// The first training pictures as an epoch, counted from 0, sees them.
image::Picture changed_pictures(const train::TrainOptions& options, const train::Examples& examples,
                                std::int64_t epoch) {
  constexpr std::int64_t kAcross = 12, kMost = 96;
  constexpr int kSide = model::kImageSide;
  const std::int64_t count = std::min(kMost, examples.count());
  const auto rows = static_cast<int>((count + kAcross - 1) / kAcross);
  image::Picture page{.width = kAcross * kSide, .height = rows * kSide};
  page.pixels.resize(static_cast<std::size_t>(page.width) * static_cast<std::size_t>(page.height));
  const train::Augmenter augmenter(augment_of(options, epoch));
  train::Image picture, own, beside;
  for (std::int64_t i = 0; i < count; ++i) {
    augmenter(examples.image(i, own), picture.data(), options.seed, epoch, i,
              examples.labels[static_cast<std::size_t>(i)],
              [&] { return examples.image(train::companion(i, epoch, examples.count()), beside); });
    const std::int64_t corner = i / kAcross * kSide * page.width + i % kAcross * kSide;
    for (std::int64_t y = 0; y < kSide; ++y) {
      std::copy_n(picture.begin() + y * kSide, kSide,
                  page.pixels.begin() + corner + y * page.width);
    }
  }
  return page;
}

/// White for none to dark blue for all of a label's pictures, a row a label.
image::Picture confusion_picture(const eval::Report& report) {
  constexpr int kCell = 24, kSide = kCell * model::kClasses;
  image::Picture picture{.width = kSide, .height = kSide, .channels = 3};
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const auto label = static_cast<std::size_t>(y / kCell);
      const std::int64_t count = report.confusion[label][static_cast<std::size_t>(x / kCell)];
      const std::int64_t all = std::max<std::int64_t>(1, report.per_class[label].support);
      // The root, so that a few mistakes in a thousand show.
      const double share = std::sqrt(static_cast<double>(count) / static_cast<double>(all));
      for (const double dark : {8.0, 48.0, 107.0}) {
        picture.pixels.push_back(
            static_cast<std::uint8_t>(std::lround(255 + share * (dark - 255))));
      }
    }
  }
  return picture;
}

std::string confusion_table(const eval::Report& report, const std::vector<std::string>& classes) {
  std::string head = "| label \\ answer |", rule = "| --- |", rows;
  for (std::size_t label = 0; label < classes.size(); ++label) {
    const std::string name = printable(classes[label]);
    head += " " + name + " |";
    rule += " ---: |";
    rows += "| **" + name + "** |";
    for (const std::int64_t count : report.confusion[label]) rows += fmt::format(" {} |", count);
    rows += "\n";
  }
  return head + "\n" + rule + "\n" + rows;
}

eval::Report measure(const model::Parameters& parameters, const data::Dataset& set) {
  const net::Classifier classifier(parameters);
  std::vector<float> logits(set.labels.size() * static_cast<std::size_t>(model::kClasses));
  classifier.logits(set.images, logits);
  eval::Metrics metrics;
  metrics.add(logits, set.labels);
  return metrics.report();
}

std::string confusion_event(std::int64_t step, const Answered& answered) {
  const eval::Report report = measure(*answered.parameters, answered.set);
  const image::Picture picture = confusion_picture(report);
  const std::string table = confusion_table(report, class_names({}, answered.set.classes));
  return summary_event(step, [&](pbf_writer& summary) {
    add_image(summary, "confusion", picture, image::png_of(picture));
    add_plugin(summary, "confusion_counts", "text", "", &table);
  });
}

}  // namespace

void TensorBoard::begin() {
  if (!folder_.empty()) file_.emplace(folder_);
}

void TensorBoard::write(const RunStart& start) {
  if (!file_) return;
  options_ = start.options;
  file_->write(event(
      0, [](pbf_writer& writer) { writer.add_string(event_field::kVersion, "brain.Event:2"); }));
  // Readers drop what they have of this step and those after it.
  const std::int64_t step = start.epochs_done == 0 ? 0 : start.epochs_done + 1;
  file_->write(event(step, [](pbf_writer& writer) {
    constexpr protozero::pbf_tag_type kStatus = 1;
    constexpr std::int32_t kStart = 1;
    pbf_writer session(writer, event_field::kSession);
    session.add_enum(kStatus, kStart);
  }));
  file_->write(summary_event(step, [&](pbf_writer& summary) {
    add_plugin(summary, "_hparams_/session_start_info", kHparams, session_start(start));
  }));
}

void TensorBoard::write(const train::EpochReport& report) {
  if (!file_) return;
  file_->write(summary_event(report.epoch, [&](pbf_writer& summary) {
    add_number(summary, "loss/train", report.train_loss);
    add_scores(summary, "test", report.test);
    add_scores(summary, "validation", report.validation);
    add_number(summary, "learning_rate", report.learning_rate);
    add_number(summary, "seconds", report.seconds);
    if (!changes_images(augment_of(options_, report.epoch - 1))) return;
    const image::Picture page = changed_pictures(options_, examples_, report.epoch - 1);
    add_image(summary, "training_pictures", page, image::png_of(page));
  }));
}

void TensorBoard::write(const RunEnd& end, const Answered& answered) {
  if (!file_) return;
  if (answered.parameters && answered.set.count() > 0) {
    file_->write(confusion_event(end.epochs, answered));
  }
  file_->write(summary_event(end.epochs, [&](pbf_writer& summary) {
    add_plugin(summary, "_hparams_/session_end_info", kHparams, session_end(end.reason));
  }));
}

}  // namespace mlpctl::app
