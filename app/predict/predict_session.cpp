#include "predict/predict_session.hpp"

#include <spdlog/fmt/fmt.h>

#include <cstdint>
#include <new>
#include <span>
#include <string>
#include <utility>

#include "image/decode/picture_file.hpp"
#include "mlpctl/error.hpp"
#include "model/architecture.hpp"
#include "predict/standard_input.hpp"
#include "read/judge.hpp"
#include "sets/prepared_set.hpp"

namespace mlpctl::app {
namespace {

/// What errors call the picture.
std::string name_of(const PredictInput& input) {
  if (!input.member.empty()) return input.file + "[" + input.member + "]";
  if (input.set != nullptr) return input.file + "[" + std::to_string(input.index) + "]";
  return input.bytes == nullptr ? input.file : std::string(kStandardInput);
}

image::Picture read_picture(const PredictInput& input, digits::Preparation preparation) {
  if (input.set != nullptr) {
    image::Picture picture = picture_in(*input.set, static_cast<std::size_t>(input.index));
    input.set->check_unchanged();
    return picture;
  }
  const image::Resolution resolution = digits::resolution_for(preparation);
  if (input.bytes == nullptr) return image::read_picture(input.file, resolution);
  return image::read_picture(input.bytes->bytes, name_of(input), resolution);
}

digits::Candidates image_of(const PredictInput& input) {
  const std::size_t first = static_cast<std::size_t>(input.index) * model::kPixels;
  digits::Candidates candidates =
      digits::as_it_is(input.set->images.subspan(first, model::kPixels));
  input.set->check_unchanged();
  return candidates;
}

/// "the first of 3 pages was read", or nothing for a file of one picture.
std::string first_of(const image::Sequence& sequence) {
  if (sequence.count <= 1) return "";
  return fmt::format("the first of {} {}s was read", sequence.count, sequence.unit);
}

/// The sheet of the picture, turned so often; of one that is not turned, which has an answer
/// already, none where it has gone or was of an archive.
digits::Candidates look_again(const PredictInput& input, int turns, image::SheetLook how) {
  const auto look = [&] {
    return digits::turned_sheet(read_picture(input, digits::Preparation::kSheet), turns, how);
  };
  if (turns != 0) return look();
  if (!input.member.empty() && input.set == nullptr) return {};
  try {
    return look();
  } catch (const Error&) {
    return {};
  } catch (const std::bad_alloc&) {
    return {};
  }
}

void add_note(Result& result, const std::string& note) {
  result.note += (result.note.empty() ? "" : "; ") + note;
}

}  // namespace

PreparedPicture prepare(const PredictInput& input, digits::Preparation preparation,
                        const Kept& kept) {
  PreparedPicture picture{.input = input, .error = input.error};
  if (!picture.error.empty()) return picture;
  try {
    if (input.set != nullptr && input.set->is_prepared()) {
      picture.candidates = image_of(input);
    } else {
      image::Picture decoded = read_picture(input, preparation);
      picture.candidates = digits::candidates_of(decoded, name_of(input), preparation);
      if (kept.thumbnail) picture.thumbnail = thumbnail_of(decoded);
      if (kept.decoded) picture.decoded = std::move(decoded);
    }
  } catch (const Error& error) {
    picture.error = error.what();
  } catch (const std::bad_alloc&) {
    picture.error = name_of(input) + ": there is not enough memory for it";
  }
  // A sheet that lies on its side is looked at again, and what may be a page; but the pictures of
  // an archive together may be larger than memory.
  if (preparation != digits::Preparation::kSheet && !input.member.empty()) {
    picture.input.bytes = nullptr;
  }
  return picture;
}

std::vector<Result> answer(std::vector<PreparedPicture>& pictures, const Inference& inference,
                           int threads) {
  std::vector<digits::Candidates> candidates;
  for (PreparedPicture& picture : pictures) candidates.push_back(std::move(picture.candidates));
  std::vector<digits::Answer> answers = digits::judge(
      candidates,
      [&](std::span<const std::uint8_t> images) { return inference.logits(images, threads); },
      [&](std::size_t i, int turns, image::SheetLook how) {
        return look_again(pictures[i].input, turns, how);
      });
  std::vector<Result> results;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    PredictInput& input = pictures[i].input;
    Result& result = results.emplace_back(Result{.file = std::move(input.file),
                                                 .index = input.index,
                                                 .member = std::move(input.member),
                                                 .error = std::move(pictures[i].error),
                                                 .note = first_of(candidates[i].sequence),
                                                 .answer = std::move(answers[i])});
    if (result.answer.several) add_note(result, "several digits: try --split");
    if (result.answer.turns != 0) {
      add_note(result,
               fmt::format("read after a turn of {} degrees clockwise", 90 * result.answer.turns));
    }
    if (!result.is_finite()) {
      result.error =
          result.name() + ": no answer: the net's outputs are not finite numbers; train it again";
    }
  }
  return results;
}

}  // namespace mlpctl::app
