#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mlpctl/state/reader.hpp"
#include "mlpctl/state/walk.hpp"

namespace mlpctl::state {

/// Which entries of a file to take, and under which names. Applied in this order.
struct Selection {
  /// The path of the part to take, whose names then begin behind it; empty or ".": the whole file.
  std::string key = {};
  /// Patterns of the shell (* ? [a-z], where * passes over dots too) on names. With `include` only
  /// what one of them matches is taken; what matches one of `exclude` is not.
  std::vector<std::string> include = {}, exclude = {};
  /// Each is taken off once from the beginnings of the names that have it; _orig_mod.,
  /// _checkpoint_wrapped_module., _fsdp_wrapped_module. and parametrizations. wherever they stand.
  std::vector<std::string> strip_prefix = {};
  /// (OLD, NEW), each applied to what the one before gave: OLD is a name, or the beginning of names
  /// up to a dot, or holds * for which NEW has * too ("*.gamma" to "*.weight").
  std::vector<std::pair<std::string, std::string>> rename = {};
};

/// What was taken.
struct Chosen {
  std::string path;
  Container container = Container::kZip;
  /// Under unique names, in the order of the file.
  std::vector<NamedTensor> tensors;
  /// All that is no tensor, whole where nothing in it is one: "hyper_parameters" is one entry. The
  /// nodes are the file's.
  std::vector<NamedNode> others;
  /// safetensors' __metadata__ without what says of which format and program the file is.
  std::vector<std::pair<std::string, std::string>> notes;
  /// What wrappers (module., _orig_mod.) have put before or into names.
  std::vector<std::string> wrappers;
};

/// Takes entries of a file, which must outlive the result. Tied names in the notes of a safetensors
/// file are tensors again. Throws Error when a part of the selection names nothing (kNotFound for
/// the key, else kInvalidArgument), when two entries get one name, and when no tensor is left.
Chosen choose(const StateFile& file, const Selection& selection = {});

}  // namespace mlpctl::state
