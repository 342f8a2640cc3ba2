#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mlpctl/state/fit.hpp"
#include "mlpctl/state/reader.hpp"
#include "model/model_file.hpp"

namespace mlpctl::app {

/// One of the network's tensors as a file holds it.
struct TensorReport {
  std::string_view name;
  std::vector<std::int64_t> shape;
  std::string shape_text;
  /// In the file; the values below are of the float32 that the network gets.
  state::DType dtype;
  std::size_t parameters;
  /// NaN is passed over where anything else is there.
  float min, max;
  /// Of the float32 values, little-endian, in C order: 64 hexadecimal digits.
  std::string sha256;
};

/// What a state that fits the network holds, and where in its file it was found.
struct FitReport {
  std::string path;
  state::Container container;
  /// As state::Fit has them.
  std::string found_at, stripped, added;
  std::vector<std::string> passed_over;
  model::ModelInfo info;
  std::vector<TensorReport> tensors;
};

/// What keeps a file's state from fitting the network.
struct MisfitReport {
  std::string path;
  state::Container container;
  state::Misfit misfit;
};

/// Loads the file's state into a fresh skeleton and says what that is. Throws what
/// model::model_in throws: state::MisfitError when the state does not fit.
FitReport report_fit(const state::StateFile& file, const model::LoadOptions& options);

}  // namespace mlpctl::app
