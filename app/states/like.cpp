#include "states/like.hpp"

#include <spdlog/fmt/fmt.h>
#include <spdlog/spdlog.h>

#include <algorithm>

#include "cli/table.hpp"
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
  std::string reason(to_string(pair.reason));
  if (!pair.rival) return reason;
  if (pair.reason == state::NamePair::Reason::kOrder) reason += " alone";
  return reason + ": could be " + tensors[*pair.rival].name;
}

}  // namespace

Renamed rename_like(const std::string& path, std::span<const state::NamedTensor> tensors,
                    const std::string& other_path, std::span<const state::NamedTensor> others) {
  const state::Pairing pairing = state::pair_names(tensors, others);
  require_complete(path, tensors, other_path, others, pairing);
  Renamed result;
  for (const state::NamePair& pair : pairing.pairs) {
    const auto& [name, tensor] = tensors[pair.first];
    const std::string& other = others[pair.second].name;
    result.pairs.push_back({name, other, tensor.shape_text(), std::string(to_string(tensor.dtype)),
                            reason_text(tensors, pair), pair.rival.has_value()});
    result.tensors.push_back({other, tensor});
  }
  return result;
}

std::string table_text(const std::vector<PairedName>& pairs) {
  Table table({"name", "like", "shape", "dtype", "paired by"});
  for (const PairedName& pair : pairs) {
    table.add({pair.name, pair.other, pair.shape, pair.dtype, pair.reason});
  }
  return table.text();
}

void warn_of_doubts(const std::vector<PairedName>& pairs) {
  const auto doubts = std::ranges::count_if(pairs, &PairedName::doubtful);
  if (doubts == 0) return;
  spdlog::warn("{} of {} pairs are in doubt: look at the table", doubts, pairs.size());
}

}  // namespace mlpctl::app
