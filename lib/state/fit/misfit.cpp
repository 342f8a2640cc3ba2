#include <algorithm>
#include <utility>

#include "mlpctl/state/fit.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kNamedMisfits = 3;
constexpr std::size_t kNameLength = 80, kDescriptionLength = 3 * kNameLength;

// A sentence stays readable whatever a file calls its entries.
std::string cut(const std::string& name, std::size_t length = kNameLength) {
  return name.size() <= length ? name : name.substr(0, length) + "...";
}

std::string some_of(const std::vector<std::string>& names, std::size_t length = kNameLength) {
  std::string text;
  for (std::size_t i = 0; i < std::min(names.size(), kNamedMisfits); ++i) {
    text += (i == 0 ? "" : ", ") + cut(names[i], length);
  }
  return names.size() > kNamedMisfits ? text + ", ..." : text;
}

void add_part(std::string& sentence, const std::vector<std::string>& names, const char* what,
              std::size_t length = kNameLength) {
  if (names.empty()) return;
  if (!sentence.empty()) sentence += "; ";
  sentence += std::to_string(names.size()) + " " + what + " (" + some_of(names, length) + ")";
}

std::vector<std::string> described(const std::vector<Mismatch>& mismatched) {
  std::vector<std::string> texts;
  for (const Mismatch& each : mismatched) {
    texts.push_back(cut(each.name) + " is " + cut(each.found) + " instead of " + each.expected);
  }
  return texts;
}

std::string sentence(const std::string& path, const Misfit& misfit) {
  std::string parts;
  add_part(parts, misfit.missing, "missing");
  add_part(parts, misfit.unexpected, "unexpected");
  add_part(parts, described(misfit.mismatched), "mismatched", kDescriptionLength);
  if (!misfit.holder.empty() && !misfit.unexpected.empty()) {
    return path + ": this is " + cut(misfit.holder, kDescriptionLength) + ", and its tensors (" +
           some_of(misfit.unexpected) + ") are not this network's: " + parts;
  }
  if (!misfit.has_entries()) {
    return path + ": this is " + cut(misfit.holder, kDescriptionLength) +
           " without tensors under names: save the model's state_dict() with torch.save";
  }
  const std::string at = misfit.found_at.empty() ? "" : " at " + cut(misfit.found_at);
  return path + ": the state" + at + " does not fit this network: " + parts;
}

}  // namespace

MisfitError::MisfitError(const std::string& path, Misfit misfit)
    : Error(ErrorCode::kNotSupported, sentence(path, misfit)), misfit_(std::move(misfit)) {}

}  // namespace mlpctl::state
