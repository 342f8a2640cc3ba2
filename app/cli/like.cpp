#include "cli/like.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "cli/table.hpp"
#include "cli/text.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/describe.hpp"

namespace mlpctl::app {
namespace {

using Tensors = std::span<const state::NamedTensor>;

/// "a ([2] float32), b ([3] float32) and 4 more"
std::string names_text(Tensors tensors, const std::vector<std::size_t>& indices) {
  constexpr std::size_t kShown = 6;
  std::string text;
  for (std::size_t i = 0; i < std::min(indices.size(), kShown); ++i) {
    const auto& [name, tensor] = tensors[indices[i]];
    text += (i > 0 ? ", " : "") + fmt::format("{} ({})", name, state::describe(tensor));
  }
  if (indices.size() > kShown) text += fmt::format(" and {} more", indices.size() - kShown);
  return text;
}

void require_complete(const std::string& path, Tensors tensors, const std::string& other_path,
                      Tensors others, const state::Pairing& pairing) {
  if (pairing.is_complete()) return;
  std::string sentence = path + ": its tensors cannot be paired with those of " + other_path + ":";
  if (!pairing.only_first.empty()) {
    sentence += " without a partner in it are " + names_text(tensors, pairing.only_first);
  }
  if (!pairing.only_second.empty()) {
    sentence +=
        fmt::format("{} without a partner in the other are {}",
                    pairing.only_first.empty() ? "" : ";", names_text(others, pairing.only_second));
  }
  throw Error(ErrorCode::kNotSupported, sentence);
}

std::string reason_text(Tensors tensors, const state::NamePair& pair) {
  const std::string reason(to_string(pair.reason));
  return pair.rival ? reason + " alone: could be " + tensors[*pair.rival].name : reason;
}

}  // namespace

Renamed rename_like(const std::string& path, std::span<const state::NamedTensor> tensors,
                    const std::string& other_path, std::span<const state::NamedTensor> others) {
  const state::Pairing pairing = state::pair_names(tensors, others);
  require_complete(path, tensors, other_path, others, pairing);
  Renamed result;
  Table table({"name", "like", "shape", "dtype", "paired by"});
  for (const state::NamePair& pair : pairing.pairs) {
    const auto& [name, tensor] = tensors[pair.first];
    const std::string& other = others[pair.second].name;
    table.add({name, other, tensor.shape_text(), std::string(to_string(tensor.dtype)),
               reason_text(tensors, pair)});
    result.tensors.push_back({other, tensor});
    result.doubts += pair.rival ? 1 : 0;
  }
  result.table = table.text();
  return result;
}

}  // namespace mlpctl::app
