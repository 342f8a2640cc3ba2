#include "predict/predict_session.hpp"

#include <cstdint>
#include <new>
#include <span>
#include <utility>

#include "mlpctl/error.hpp"
#include "model/architecture.hpp"
#include "read/judge.hpp"

namespace mlpctl::app {
namespace {

digits::Candidates candidates_of(const PredictInput& input, digits::Preparation preparation) {
  if (input.idx == nullptr) return digits::candidates_in(input.file, preparation);
  const std::size_t first = static_cast<std::size_t>(input.index) * model::kPixels;
  digits::Candidates candidates =
      digits::as_it_is(std::span(input.idx->values()).subspan(first, model::kPixels));
  input.idx->check_unchanged();
  return candidates;
}

}  // namespace

PreparedPicture prepare(const PredictInput& input, digits::Preparation preparation) {
  PreparedPicture picture{.file = input.file, .index = input.index, .error = input.error};
  if (!picture.error.empty()) return picture;
  try {
    picture.candidates = candidates_of(input, preparation);
  } catch (const Error& error) {
    picture.error = error.what();
  } catch (const std::bad_alloc&) {
    picture.error = input.file + ": there is not enough memory for it";
  }
  return picture;
}

std::vector<Result> answer(std::vector<PreparedPicture> pictures, const Inference& inference) {
  std::vector<digits::Candidates> candidates;
  for (PreparedPicture& picture : pictures) candidates.push_back(std::move(picture.candidates));
  std::vector<digits::Answer> answers = digits::judge(
      candidates, [&](std::span<const std::uint8_t> images) { return inference.logits(images); });
  std::vector<Result> results;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    results.push_back({.file = std::move(pictures[i].file),
                       .index = pictures[i].index,
                       .error = std::move(pictures[i].error),
                       .answer = std::move(answers[i])});
  }
  return results;
}

}  // namespace mlpctl::app
