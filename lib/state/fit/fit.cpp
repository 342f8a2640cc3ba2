#include "mlpctl/state/fit.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "mlpctl/state/describe.hpp"
#include "state/fit/candidate.hpp"
#include "state/pickle/numpy_array.hpp"
#include "state/wrappers.hpp"

namespace mlpctl::state {
namespace {

// What DistributedDataParallel and AveragedModel, torch.compile, and the attributes of people's
// own wrappers put before the names.
constexpr std::array<std::string_view, 6> kPrefixes{"module.",
                                                    "_orig_mod.",
                                                    "model.",
                                                    "net.",
                                                    "_checkpoint_wrapped_module.",
                                                    "_fsdp_wrapped_module."};
// AveragedModel's count of models, beside the weights.
constexpr std::string_view kAveragedCount = "n_averaged";
constexpr std::size_t kPassedOverNamed = 16;

/// One way to understand the names of a dict: what they begin with, and whether the first component
/// of the expected names is left out.
struct Naming {
  std::string_view prefix;
  bool bare = false;
  auto operator<=>(const Naming&) const = default;
};

std::string expected_text(const ExpectedTensor& expected) {
  Tensor tensor;
  tensor.shape = expected.shape;
  return tensor.shape_text() + (expected.any_type ? " of any type" : " float");
}

bool is_usable(const Tensor& tensor, const ExpectedTensor& expected) {
  const bool plain = tensor.layout == Layout::kStrided && !tensor.neg && !tensor.conj;
  return plain && tensor.storage != nullptr && (expected.any_type || is_real_float(tensor.dtype));
}

bool matches(const Node& value, const ExpectedTensor& expected) {
  return value.is(Node::Kind::kTensor) && is_usable(value.tensor(), expected) &&
         value.tensor().shape == expected.shape;
}

/// The expected names, with and without the first component when they all share one.
class Names {
 public:
  explicit Names(std::span<const ExpectedTensor> expected) {
    for (std::size_t i = 0; i < expected.size(); ++i) {
      full_.emplace(expected[i].name, i);
      longest_ = std::max(longest_, expected[i].name.size());
    }
    set_bare(expected);
  }

  const std::string& common() const { return common_; }

  std::optional<std::size_t> find(std::string_view name, const Naming& naming) const {
    if (!name.starts_with(naming.prefix)) return std::nullopt;
    return find(naming.bare ? bare_ : full_, name.substr(naming.prefix.size()));
  }

  /// Calls `use` with each naming under which the name is expected.
  template <typename Use>
  void for_each_naming(std::string_view name, Use use) const {
    std::string_view rest = name;
    for (;;) {
      const std::string_view prefix = name.substr(0, name.size() - rest.size());
      if (find(full_, rest)) use(Naming{prefix, false});
      if (find(bare_, rest)) use(Naming{prefix, true});
      const std::string_view stripped = leading_prefix(rest, kPrefixes);
      if (stripped.empty()) return;
      rest.remove_prefix(stripped.size());
    }
  }

 private:
  using Indices = std::unordered_map<std::string_view, std::size_t>;

  void set_bare(std::span<const ExpectedTensor> expected) {
    if (expected.empty()) return;
    common_ = expected[0].name.substr(0, expected[0].name.find('.') + 1);
    for (const ExpectedTensor& each : expected) {
      if (!each.name.starts_with(common_)) common_.clear();
    }
    if (common_.empty()) return;
    for (const auto& [name, i] : full_) bare_.emplace(name.substr(common_.size()), i);
  }

  std::optional<std::size_t> find(const Indices& names, std::string_view name) const {
    if (name.size() > longest_) return std::nullopt;  // hashing a hostile long name costs time
    const auto found = names.find(name);
    if (found == names.end()) return std::nullopt;
    return found->second;
  }

  Indices full_, bare_;
  std::string common_;
  std::size_t longest_ = 0;
};

/// How much of the name are prefixes.
std::size_t prefix_length(std::string_view name) {
  std::size_t length = 0, more = 0;
  do {
    more = leading_prefix(name.substr(length), kPrefixes).size();
    length += more;
  } while (more > 0);
  return length;
}

/// Takes the parts of wrappers out of the middle of names and says which.
std::string unwrap(Candidate& candidate) {
  std::string taken;
  const auto take = [&](Candidate::Entry& entry, std::string_view part) {
    auto rest = without_part(entry.name, part, prefix_length(entry.name));
    if (!rest) return;
    if (entry.written.empty()) entry.written = entry.name;
    entry.name = candidate.unwrapped.emplace_back(*std::move(rest));
    if (taken.find(part) == taken.npos) taken += part;
  };
  for (Candidate::Entry& entry : candidate.entries) {
    for (const std::string_view part : kInnerWrappers) take(entry, part);
    take(entry, kParametrizations);
  }
  return taken;
}

std::string written_name(const Candidate::Entry& entry) {
  return std::string(entry.written.empty() ? entry.name : entry.written);
}

/// A candidate under its best naming.
struct Trial {
  Candidate candidate;
  Naming naming;
  /// What was taken out of the middle of names.
  std::string unwrapped = {};
  std::size_t found = 0, unexpected = 0;

  bool better_than(const Trial& other) const {
    if (found != other.found) return found > other.found;
    return found > 0 ? unexpected < other.unexpected : unexpected > other.unexpected;
  }
};

bool is_averaged_count(const Candidate::Entry& entry, const Naming& naming) {
  return entry.name == kAveragedCount && naming.prefix.starts_with("module.") &&
         entry.value.tensor().shape.empty();
}

bool is_unexpected(const Candidate::Entry& entry, const Names& names, const Naming& naming) {
  return entry.value.is(Node::Kind::kTensor) && !names.find(entry.name, naming) &&
         !is_averaged_count(entry, naming);
}

Trial best_naming(Candidate candidate, const Names& names) {
  Trial trial;
  trial.unwrapped = unwrap(candidate);
  std::map<Naming, std::size_t> counts;
  for (const auto& entry : candidate.entries) {
    names.for_each_naming(entry.name, [&](const Naming& naming) { ++counts[naming]; });
  }
  for (const auto& [naming, count] : counts) {
    if (count > trial.found) {
      trial.naming = naming;
      trial.found = count;
    }
  }
  for (const auto& entry : candidate.entries) {
    trial.unexpected += is_unexpected(entry, names, trial.naming) ? 1 : 0;
  }
  trial.candidate = std::move(candidate);
  return trial;
}

std::string where(const std::string& path) {
  return path.empty() ? "the top level (`key` .)" : path;
}

/// Tries one candidate after another and keeps what fits, or the nearest.
class Fitter {
 public:
  Fitter(const StateFile& file, std::span<const ExpectedTensor> expected, std::string_view key)
      : file_(file), expected_(expected), key_(key), names_(expected) {}

  Fit run() {
    try {
      for_each_candidate(file_.root, file_.limits,
                         [this](Candidate candidate) { take(std::move(candidate)); });
    } catch (const Error& error) {
      throw Error(error.code(), file_.path + ": " + error.what());
    }
    if (second_) refuse_choice();
    if (first_) return *std::move(first_);
    if (!key_.empty() && !nearest_) refuse_key();
    throw MisfitError(file_.path, misfit());
  }

 private:
  void take(Candidate candidate) {
    if (!key_.empty() && candidate.path != (key_ == "." ? "" : key_)) {
      if (other_paths_.size() < kPassedOverNamed) other_paths_.push_back(candidate.path);
      return;
    }
    Trial trial = best_naming(std::move(candidate), names_);
    if (std::optional<Fit> full = complete(trial)) {
      keep(*std::move(full));
    } else if (!first_ && (!nearest_ || trial.better_than(*nearest_))) {
      nearest_ = std::move(trial);
    }
  }

  /// Two dicts that share their tensors are one state.
  void keep(Fit fit) {
    if (!first_) {
      first_ = std::move(fit);
    } else if (!second_ && !same_tensors(*first_, fit)) {
      second_ = std::move(fit);
    }
  }

  static bool same_tensors(const Fit& a, const Fit& b) {
    return std::ranges::equal(a.tensors, b.tensors, [](const Tensor& x, const Tensor& y) {
      return x.storage == y.storage && x.offset == y.offset && x.strides == y.strides &&
             x.dtype == y.dtype;
    });
  }

  std::optional<Fit> complete(const Trial& trial) const {
    if (trial.found != expected_.size() || trial.unexpected > 0) return std::nullopt;
    Fit fit;
    fit.tensors.resize(expected_.size());
    for (const auto& entry : trial.candidate.entries) {
      const auto i = names_.find(entry.name, trial.naming);
      if (i && !matches(entry.value, expected_[*i])) return std::nullopt;
      if (i) {
        fit.tensors[*i] = entry.value.tensor();
      } else if (fit.passed_over.size() < kPassedOverNamed) {
        fit.passed_over.push_back(written_name(entry));
      }
    }
    fit.found_at = trial.candidate.path;
    fit.stripped = std::string(trial.naming.prefix) + trial.unwrapped;
    if (trial.naming.bare) fit.added = names_.common();
    return fit;
  }

  Misfit misfit() const {
    Misfit result;
    std::vector<bool> present(expected_.size());
    result.holder = holder();
    if (nearest_) compare(result, present);
    for (std::size_t i = 0; i < expected_.size(); ++i) {
      if (!present[i]) result.missing.push_back(expected_[i].name);
    }
    return result;
  }

  /// What the file is, unless it is a dict with tensors.
  std::string holder() const {
    const bool script = file_.container == Container::kTorchScript;
    if (!nearest_) return root_text();
    const Candidate& candidate = nearest_->candidate;
    if (candidate.module_class.empty()) return "";
    std::string text = script ? "a TorchScript module" : "a whole pickled model";
    text += " of class " + candidate.module_class;
    if (script && candidate.entries.empty()) {
      text += " (torch.jit.freeze may have taken its weights)";
    }
    return text;
  }

  /// Of a file without a dict of tensors.
  std::string root_text() const {
    const Node& root = file_.root;
    if (root.is(Node::Kind::kTensor)) return "one tensor of " + describe(root);
    if (root.is(Node::Kind::kString)) return "the text " + describe(root);
    if (!root.is(Node::Kind::kDict)) return describe(root);
    const bool arrays = std::ranges::any_of(
        root.dict().entries, [](const DictEntry& entry) { return is_numpy_array(entry.value); });
    return arrays ? "a dict of NumPy arrays" : describe(root);
  }

  void compare(Misfit& result, std::vector<bool>& present) const {
    const Candidate& candidate = nearest_->candidate;
    result.found_at = candidate.path;
    for (const auto& entry : candidate.entries) {
      if (is_unexpected(entry, names_, nearest_->naming)) {
        result.unexpected.push_back(written_name(entry));
      }
      const auto i = names_.find(entry.name, nearest_->naming);
      if (!i) continue;
      present[*i] = result.any_found = true;
      if (!matches(entry.value, expected_[*i])) {
        result.mismatched.push_back(
            {expected_[*i].name, expected_text(expected_[*i]), describe(entry.value)});
      }
    }
  }

  [[noreturn]] void refuse_choice() const {
    throw Error(ErrorCode::kNotSupported, file_.path + ": two states fit, at " +
                                              where(first_->found_at) + " and at " +
                                              where(second_->found_at) + "; choose one with `key`");
  }

  [[noreturn]] void refuse_key() const {
    std::string known;
    for (const std::string& path : other_paths_) known += (known.empty() ? "" : ", ") + where(path);
    throw Error(ErrorCode::kNotFound, file_.path + ": no tensors at `key` " + std::string(key_) +
                                          (known.empty() ? "" : "; they are at " + known));
  }

  const StateFile& file_;
  std::span<const ExpectedTensor> expected_;
  std::string_view key_;
  Names names_;
  std::optional<Fit> first_, second_;
  std::optional<Trial> nearest_;
  std::vector<std::string> other_paths_;
};

}  // namespace

Fit fit(const StateFile& file, std::span<const ExpectedTensor> expected, std::string_view key) {
  return Fitter(file, expected, key).run();
}

}  // namespace mlpctl::state
