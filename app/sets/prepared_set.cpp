#include "sets/prepared_set.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <utility>

#include "data/shards.hpp"
#include "image/decode/codec.hpp"
#include "image/decode/picture_file.hpp"
#include "image/picture.hpp"
#include "mlpctl/error.hpp"
#include "read/lesson.hpp"
#include "thread/pipeline.hpp"

namespace mlpctl::app {
namespace {

/// A picture of the set whose candidates are known, or why it has none.
struct SeenPicture {
  digits::Candidates candidates = {};
  std::string error = {};
};

/// What errors call a picture.
std::string picture_name(const data::Dataset& set, std::size_t index) {
  if (!set.files.empty()) return set.files[index];
  return set.name + ": picture " + std::to_string(index);
}

/// Of a picture in an archive.
digits::Candidates member_candidates(const data::Dataset& set, std::size_t index,
                                     digits::Preparation preparation) {
  const std::string& name = set.files[index];
  if (set.members[index].size > image::kMaxDecodedBytes) {
    throw Error(ErrorCode::kNotSupported, name + ": is too large a file to be one picture");
  }
  const std::vector<std::byte> bytes = data::member_bytes(set, index);
  return digits::candidates_of(
      image::read_picture(bytes, name, digits::resolution_for(preparation)), name, preparation);
}

SeenPicture see(const data::Dataset& set, std::size_t index, digits::Preparation preparation) {
  try {
    if (!set.members.empty()) return {.candidates = member_candidates(set, index, preparation)};
    if (!set.files.empty()) return {.candidates = candidates_in(set.files[index], preparation)};
    return {.candidates = digits::candidates_in(picture_in(set, index), preparation)};
  } catch (const Error& error) {
    return {.error = error.what()};
  } catch (const std::bad_alloc&) {
    return {.error = picture_name(set, index) + ": there is not enough memory for it"};
  }
}

/// The 28x28 of a picture as predict answers it; nothing where that is not one digit.
using Input = std::array<std::uint8_t, data::kPixels>;

std::vector<std::optional<Input>> inputs_of(std::span<const digits::Candidates> pictures,
                                            std::span<const std::uint8_t> labels,
                                            const SetPreparation& how) {
  std::vector<std::optional<Input>> inputs;
  if (how.purpose == Purpose::kMeasure) {
    for (const digits::Answer& answer : digits::judge(pictures, how.network)) {
      const bool is_one = answer.lines.size() == 1 && answer.lines[0].size() == 1;
      inputs.push_back(is_one ? std::optional(answer.lines[0][0].input) : std::nullopt);
    }
    return inputs;
  }
  for (const image::Digit* digit : digits::readings_to_learn(pictures, labels, how.network)) {
    auto& input = inputs.emplace_back();
    if (digit != nullptr) std::ranges::copy(digit->pixels, input.emplace().begin());
  }
  return inputs;
}

/// Collects what the pictures became.
class Collector {
 public:
  Collector(const data::Dataset& set, const SetPreparation& how) : set_(set), how_(how) {}

  /// The pictures behind those that were added before.
  void add(std::span<const SeenPicture> batch) {
    std::vector<digits::Candidates> candidates;
    for (const SeenPicture& picture : batch) candidates.push_back(picture.candidates);
    const auto inputs = inputs_of(candidates, set_.labels.subspan(done_, batch.size()), how_);
    for (std::size_t i = 0; i < batch.size(); ++i, ++done_) {
      if (inputs[i]) {
        keep(*inputs[i]);
      } else {
        leave_out(batch[i], candidates[i].row && !candidates[i].sheets.empty());
      }
    }
  }

  PreparedSet take() {
    PreparedSet prepared{.set = set_, .left_out = std::move(left_out_)};
    prepared.set.rows = prepared.set.columns = data::kSide;
    prepared.set.files = std::move(files_);
    prepared.set.members.clear();
    prepared.set.image_file = prepared.set.label_file = nullptr;
    prepared.set.hold_images(std::move(images_));
    prepared.set.hold_labels(std::move(labels_));
    return prepared;
  }

 private:
  void keep(const Input& input) {
    images_.insert(images_.end(), input.begin(), input.end());
    labels_.push_back(set_.labels[done_]);
    files_.push_back(picture_name(set_, done_));
  }
  void leave_out(const SeenPicture& picture, bool is_row) {
    left_out_.push_back(!picture.error.empty()
                            ? picture.error
                            : picture_name(set_, done_) + (is_row ? ": holds several digits"
                                                                  : ": no single digit is found"));
  }

  const data::Dataset& set_;
  const SetPreparation& how_;
  std::size_t done_ = 0;
  std::vector<std::uint8_t> images_, labels_;
  std::vector<std::string> files_, left_out_;
};

}  // namespace

image::Picture picture_in(const data::Dataset& set, std::size_t index) {
  const auto size = static_cast<std::size_t>(set.rows * set.columns);
  const auto pixels = set.images.subspan(index * size, size);
  return {.width = static_cast<int>(set.columns),
          .height = static_cast<int>(set.rows),
          .pixels = {pixels.begin(), pixels.end()}};
}

PreparedSet prepare_set(data::Dataset set, const SetPreparation& how) {
  if (set.is_prepared()) return {.set = std::move(set)};
  // A thread that is still at a picture when this one fails keeps the set.
  const auto whole = std::make_shared<const data::Dataset>(std::move(set));
  const auto next = std::make_shared<std::size_t>(0);
  constexpr std::size_t kAhead = 4, kBatch = 64;
  Pipeline<std::size_t, SeenPicture> work(
      [whole, next]() -> std::optional<std::size_t> {
        if (*next == static_cast<std::size_t>(whole->count())) return std::nullopt;
        return (*next)++;
      },
      [whole, preparation = how.preparation](std::size_t index) {
        return see(*whole, index, preparation);
      },
      how.threads, kAhead* static_cast<std::size_t>(how.threads));
  Collector collector(*whole, how);
  std::vector<SeenPicture> batch;
  for (auto picture = work.next(); picture; picture = work.next()) {
    batch.push_back(std::move(*picture));
    if (batch.size() < kBatch) continue;
    collector.add(batch);
    batch.clear();
  }
  if (!batch.empty()) collector.add(batch);
  whole->check_unchanged();
  return collector.take();
}

}  // namespace mlpctl::app
