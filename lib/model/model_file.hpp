#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "mlpctl/state/fit.hpp"
#include "mlpctl/state/value.hpp"
#include "mlpctl/state/writer.hpp"
#include "model/parameters.hpp"

namespace mlpctl::model {

struct LoadOptions {
  /// The path of the dict to take when a file holds several states that fit; empty: the only one.
  std::string key = {};
  /// Take NaN and infinite weights.
  bool allow_nonfinite = false;
};

/// A model read from a file, and how it was found there.
struct LoadedModel {
  Model model;
  state::Fit fit;
};

/// A model's values left where the file holds them, as long as they are float32 there.
struct ModelView {
  ParameterViews parameters = {};
  state::Fit fit = {};
  /// What keeps the values alive.
  std::vector<std::shared_ptr<const void>> owners = {};
};

/// Views the file's state as load_model would load it, and throws what that throws.
ModelView view_in(const state::StateFile& file, const LoadOptions& options = {});

/// Builds a fresh skeleton and fills it with the file's state, strictly: the eight names and
/// shapes and nothing else, values of any floating type converted to float32. Throws
/// state::MisfitError when the state does not fit, Error for everything else; nothing is half
/// loaded.
LoadedModel load_model(const std::string& path, const LoadOptions& options = {});

/// Where the file holds the eight entries; reads no values. Throws as load_model does.
state::Fit fit_in(const state::StateFile& file, const std::string& key = {});

/// The same as load_model from a file that is already open.
LoadedModel model_in(const state::StateFile& file, const LoadOptions& options = {});

struct SaveOptions {
  /// "pt", "legacy", "safetensors" or "onnx"; empty: what the path's extension says.
  std::string format = {};
  state::DType dtype = state::DType::kFloat32;
  /// Replace an existing file that is no state file.
  bool force = false;
  /// Of ONNX: written in place of the first four entries; null: the layers as they are.
  const AffineMap* folded = nullptr;
};

/// Writes what Python's torch.save(model.state_dict(), path) would: a dict with the eight names; or
/// an ONNX model that computes the network, in float32.
/// The model's info travels beside it where Python does not look. Same model, same bytes.
void save_model(const std::string& path, const Model& model, const SaveOptions& options = {});

/// Throws what save_model would for this path and these options, before there is a model to save:
/// Error when no format is named, Error when the file cannot be written or replaced.
void check_output(const std::string& path, const SaveOptions& options = {});

/// "float32", "float16" or "bfloat16". Throws Error for another name.
state::DType weight_dtype(const std::string& name);

/// Entry i's values as float32 to be written; they point into `parameters`, which must outlive it.
state::TensorValue tensor_value(std::size_t i, const Parameters& parameters);

/// The eight entries under the names of PyTorch's state_dict.
state::DictValue tensor_values(const Parameters& parameters);

}  // namespace mlpctl::model
