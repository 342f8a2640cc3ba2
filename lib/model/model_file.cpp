#include "model/model_file.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "base/atomic_file.hpp"
#include "mlpctl/error.hpp"
#include "mlpctl/state/convert.hpp"
#include "model/info.hpp"
#include "model/onnx_file.hpp"
#include "model/onnx_graph.hpp"

namespace mlpctl::model {
namespace {

std::vector<state::ExpectedTensor> expected_entries() {
  std::vector<state::ExpectedTensor> expected;
  for (const Entry& entry : kEntries) {
    const auto shape = entry.shape();
    expected.push_back({std::string(entry.name), {shape.begin(), shape.end()}, false});
  }
  return expected;
}

void require_finite(const std::string& path, std::string_view name, std::span<const float> values,
                    state::DType stored) {
  // Of 32 bits, so that the loop is vectorised at the width of the values.
  std::uint32_t bad = 0;
  for (const float value : values) bad += std::isfinite(value) ? 0U : 1U;
  if (bad == 0) return;
  const bool wide = stored == state::DType::kFloat64;
  throw Error(ErrorCode::kCorruption,
              path + ": " + std::to_string(bad) + " of the " + std::to_string(values.size()) +
                  " values of " + std::string(name) + " are NaN" +
                  (wide ? ", infinite or beyond float32" : " or infinite") +
                  ": the training failed, or the file is damaged; `allow_nonfinite` takes them");
}

std::string shortest(float value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

/// From here on a float is rounded to infinity.
float first_infinite(state::DType dtype) {
  return dtype == state::DType::kFloat16 ? 65520.0F : 0x1.FFp127F;
}

// A float that the type cannot hold becomes infinite, and nothing would load the file again.
void require_range(const std::string& path, std::size_t i, std::span<const float> values,
                   state::DType dtype) {
  const bool half = dtype == state::DType::kFloat16;
  const float limit = first_infinite(dtype);
  for (const float value : values) {
    if (std::isfinite(value) && std::abs(value) >= limit) {
      throw Error(ErrorCode::kNotSupported, path + ": " + std::string(kEntries[i].name) +
                                                " holds " + shortest(value) + ", which is beyond " +
                                                std::string(to_string(dtype)) + "; use `dtype` " +
                                                (half ? "bfloat16 or float32" : "float32"));
    }
  }
}

void write_onnx(const std::string& path, const Model& model, const SaveOptions& options) {
  if (options.dtype != state::DType::kFloat32) {
    throw Error(ErrorCode::kInvalidArgument,
                path + ": an ONNX model is written in float32; leave out `dtype`");
  }
  if (!options.force) state::check_replaceable(path);
  AtomicFile file(path);
  file.write(onnx_bytes(model, options.folded));
  file.commit();
}

/// Of a graph that computes what the network does, under whatever names.
state::Fit fit_named(const state::StateFile& file, std::span<const std::string> names,
                     const std::string& key) {
  state::Dict entries;
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    const state::Node name(state::Node::Kind::kString, kEntries[i].name);
    const state::Node* value = file.root.find(names[i]);
    if (value != nullptr) entries.entries.push_back({name, *value});
  }
  state::StateFile part = file;
  part.root = state::Node(&entries);
  state::Fit fit = state::fit(part, expected_entries(), key);
  for (const state::DictEntry& entry : file.root.dict().entries) {
    std::string name(entry.key.text());
    if (std::ranges::find(names, name) == names.end()) fit.passed_over.push_back(std::move(name));
  }
  return fit;
}

bool is_folded(const state::StateFile& file) {
  const state::Node* weight = file.root.find("folded.weight");
  return weight != nullptr && weight->is(state::Node::Kind::kTensor) &&
         weight->tensor().shape == std::vector<std::int64_t>{kHidden1, kPixels};
}

state::Fit fit_graph(const state::StateFile& file, const std::string& key) {
  if (is_folded(file)) {
    throw Error(ErrorCode::kNotSupported,
                file.path +
                    ": its first two layers are folded into one map, from which the eight "
                    "entries cannot be had again: give the file that it was made of");
  }
  const GraphMatch match = match_graph(*file.graph);
  if (match.names) return fit_named(file, *match.names, key);
  state::fit(file, expected_entries(), key);
  throw Error(ErrorCode::kNotSupported, file.path +
                                            ": holds the eight entries, but computes something "
                                            "else with them than this network: " +
                                            match.difference);
}

}  // namespace

state::TensorValue tensor_value(std::size_t i, const Parameters& parameters) {
  const auto shape = kEntries[i].shape();
  return {{shape.begin(), shape.end()},
          state::DType::kFloat32,
          std::as_bytes(std::span(parameters.tensors[i]))};
}

state::DictValue tensor_values(const Parameters& parameters) {
  state::DictValue all;
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    all.emplace_back(std::string(kEntries[i].name), tensor_value(i, parameters));
  }
  return all;
}

state::Fit fit_in(const state::StateFile& file, const std::string& key) {
  state::require_harmless(file);
  if (file.graph != nullptr) return fit_graph(file, key);
  return state::fit(file, expected_entries(), key);
}

ModelView view_in(const state::StateFile& file, const LoadOptions& options) {
  ModelView view{.fit = fit_in(file, options.key)};
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    state::Floats floats = state::view_floats(view.fit.tensors[i]);
    if (!options.allow_nonfinite) {
      require_finite(file.path, kEntries[i].name, floats.values, view.fit.tensors[i].dtype);
    }
    view.parameters[i] = floats.values;
    view.owners.push_back(std::move(floats.owner));
  }
  return view;
}

LoadedModel model_in(const state::StateFile& file, const LoadOptions& options) {
  ModelView view = view_in(file, options);
  return {{Parameters(view.parameters), info_in(file)}, std::move(view.fit)};
}

LoadedModel load_model(const std::string& path, const LoadOptions& options) {
  return model_in(state::open_state(path), options);
}

void save_model(const std::string& path, const Model& model, const SaveOptions& options) {
  const auto format = state::output_format(path, options.format);
  if (format == state::OutputFormat::kOnnx) return write_onnx(path, model, options);
  std::vector<std::vector<std::byte>> narrowed(kEntries.size());
  state::DictValue root = tensor_values(model.parameters);
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    if (options.dtype == state::DType::kFloat32) break;
    require_range(path, i, model.parameters.tensors[i], options.dtype);
    narrowed[i] = state::from_float32(model.parameters.tensors[i], options.dtype);
    auto& tensor = std::get<state::TensorValue>(root[i].second);
    tensor.dtype = options.dtype;
    tensor.bytes = narrowed[i];
  }
  state::write_state(path, root, {format, info_to_json(model.info), options.force});
}

void check_output(const std::string& path, const SaveOptions& options) {
  state::output_format(path, options.format);
  probe_output(path);
  if (!options.force) state::check_replaceable(path);
}

state::DType weight_dtype(const std::string& name) {
  using enum state::DType;
  for (const auto dtype : {kFloat32, kFloat16, kBFloat16}) {
    if (name == state::to_string(dtype)) return dtype;
  }
  throw Error(ErrorCode::kInvalidArgument, "weights are not written as " + name +
                                               "; the types are float32, float16 and bfloat16");
}

}  // namespace mlpctl::model
