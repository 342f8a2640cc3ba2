#include "model/onnx_file.hpp"

#include <bit>
#include <nlohmann/json.hpp>
#include <protozero/pbf_builder.hpp>
#include <string_view>
#include <vector>

#include "model/architecture.hpp"
#include "model/info.hpp"
#include "model/metadata.hpp"
#include "state/container/onnx_fields.hpp"

namespace mlpctl::model {
namespace {

namespace onnx = state::onnx;
using GraphBuilder = protozero::pbf_builder<onnx::GraphField::Number>;
using NodeBuilder = protozero::pbf_builder<onnx::NodeField::Number>;
using AttributeBuilder = protozero::pbf_builder<onnx::AttributeField::Number>;

// Of 2022, and all that is needed: who reads a later opset reads this one.
constexpr std::int64_t kIrVersion = 8, kOpset = 17;
constexpr std::string_view kImage = "image", kLogits = "logits";

void add_tensor(GraphBuilder& graph, std::string_view name, std::span<const std::int64_t> shape,
                std::span<const float> values) {
  static_assert(std::endian::native == std::endian::little);
  protozero::pbf_builder<onnx::TensorField::Number> tensor(graph, onnx::GraphField::kInitializer);
  for (const std::int64_t size : shape) tensor.add_int64(onnx::TensorField::kDims, size);
  tensor.add_int32(onnx::TensorField::kDataType, onnx::kFloat32);
  tensor.add_string(onnx::TensorField::kName, name);
  tensor.add_bytes(onnx::TensorField::kRaw, reinterpret_cast<const char*>(values.data()),
                   values.size_bytes());
}

/// The first size is N, which whoever runs the model chooses.
void add_value(GraphBuilder& graph, onnx::GraphField::Number field, std::string_view name,
               std::span<const std::int64_t> sizes) {
  protozero::pbf_builder<onnx::ValueField::Number> value(graph, field);
  value.add_string(onnx::ValueField::kName, name);
  protozero::pbf_builder<onnx::TypeField::Number> type(value, onnx::ValueField::kType);
  protozero::pbf_builder<onnx::TensorTypeField::Number> tensor(type, onnx::TypeField::kTensor);
  tensor.add_int32(onnx::TensorTypeField::kElement, onnx::kFloat32);
  protozero::pbf_builder<onnx::ShapeField::Number> shape(tensor, onnx::TensorTypeField::kShape);
  {
    protozero::pbf_builder<onnx::DimField::Number> dim(shape, onnx::ShapeField::kDim);
    dim.add_string(onnx::DimField::kParam, "N");
  }
  for (const std::int64_t size : sizes) {
    protozero::pbf_builder<onnx::DimField::Number> dim(shape, onnx::ShapeField::kDim);
    dim.add_int64(onnx::DimField::kValue, size);
  }
}

void add_int(NodeBuilder& node, std::string_view name, std::int64_t value) {
  AttributeBuilder attribute(node, onnx::NodeField::kAttribute);
  attribute.add_string(onnx::AttributeField::kName, name);
  attribute.add_int64(onnx::AttributeField::kInt, value);
  attribute.add_int32(onnx::AttributeField::kType, onnx::kIntAttribute);
}

void add_ints(NodeBuilder& node, std::string_view name,
              std::initializer_list<std::int64_t> values) {
  AttributeBuilder attribute(node, onnx::NodeField::kAttribute);
  attribute.add_string(onnx::AttributeField::kName, name);
  for (const std::int64_t value : values) {
    attribute.add_int64(onnx::AttributeField::kInts, value);
  }
  attribute.add_int32(onnx::AttributeField::kType, onnx::kIntsAttribute);
}

/// Writes one layer behind another; each takes what the one before gave.
class Layers {
 public:
  explicit Layers(GraphBuilder& graph) : graph_(graph) {}

  void conv(const std::string& name) {
    NodeBuilder node = begin(name, "Conv", true, false);
    add_ints(node, "kernel_shape", {kKernelSide, kKernelSide});
  }
  void flatten(const std::string& name) {
    NodeBuilder node = begin(name, "Flatten", false, false);
    add_int(node, "axis", 1);
  }
  void gemm(const std::string& name, bool last = false) {
    NodeBuilder node = begin(name, "Gemm", true, last);
    add_int(node, "transB", 1);
  }
  void relu(const std::string& name) { begin(name, "Relu", false, false); }

 private:
  /// With parameters: those of its name.
  NodeBuilder begin(const std::string& name, std::string_view type, bool parameters, bool last) {
    NodeBuilder node(graph_, onnx::GraphField::kNode);
    node.add_string(onnx::NodeField::kInput, value_);
    if (parameters) {
      node.add_string(onnx::NodeField::kInput, name + ".weight");
      node.add_string(onnx::NodeField::kInput, name + ".bias");
    }
    value_ = last ? std::string(kLogits) : name + ".output";
    node.add_string(onnx::NodeField::kOutput, value_);
    node.add_string(onnx::NodeField::kName, name);
    node.add_string(onnx::NodeField::kType, type);
    return node;
  }

  GraphBuilder& graph_;
  std::string value_{kImage};
};

void add_layers(GraphBuilder& graph, bool folded) {
  Layers layers(graph);
  if (folded) {
    layers.flatten("layers.1");
    layers.gemm("folded");
  } else {
    layers.conv("layers.0");
    layers.flatten("layers.1");
    layers.gemm("layers.2");
  }
  layers.relu("layers.3");
  layers.gemm("layers.4");
  layers.relu("layers.5");
  layers.gemm("layers.6", true);
}

void add_parameters(GraphBuilder& graph, const Parameters& parameters, const AffineMap* folded) {
  std::size_t first = 0;
  if (folded != nullptr) {
    constexpr std::array<std::int64_t, 2> weight{kHidden1, kPixels};
    constexpr std::array<std::int64_t, 1> bias{kHidden1};
    add_tensor(graph, "folded.weight", weight, folded->weight);
    add_tensor(graph, "folded.bias", bias, folded->bias);
    first = 4;
  }
  for (std::size_t i = first; i < kEntries.size(); ++i) {
    add_tensor(graph, kEntries[i].name, kEntries[i].shape(), parameters.tensors[i]);
  }
}

std::string preprocessing(const ModelInfo& info) {
  const std::string scale = "28x28 grey values / 255: 1 is ink, 0 is ground";
  return info.preprocess == "none"
             ? scale
             : scale +
                   "; the digit as in MNIST, its longer side 20 pixels, its centre of mass in "
                   "the middle";
}

std::string classes(const ModelInfo& info) {
  nlohmann::json names = info.classes;
  if (info.classes.empty()) {
    for (int digit = 0; digit < kClasses; ++digit) names.push_back(std::to_string(digit));
  }
  return names.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// "0.9921", of the record of the training; empty where it says none.
std::string accuracy(const ModelInfo& info) {
  if (info.training.empty()) return "";
  const auto training = parse_metadata(info.training);
  if (!training.is_object() || !training.contains("test_accuracy")) return "";
  return training["test_accuracy"].dump();
}

void add_metadata(protozero::pbf_builder<onnx::ModelField::Number>& model, std::string_view key,
                  const std::string& value) {
  if (value.empty()) return;
  protozero::pbf_builder<onnx::PairField::Number> pair(model, onnx::ModelField::kMetadata);
  pair.add_string(onnx::PairField::kKey, key);
  pair.add_string(onnx::PairField::kValue, value);
}

}  // namespace

std::string onnx_bytes(const Model& model, const AffineMap* folded) {
  std::string bytes;
  protozero::pbf_builder<onnx::ModelField::Number> out(bytes);
  out.add_int64(onnx::ModelField::kIrVersion, kIrVersion);
  out.add_string(onnx::ModelField::kProducerName, "mlpctl");
  out.add_string(onnx::ModelField::kProducerVersion, MLPCTL_VERSION);
  {
    GraphBuilder graph(out, onnx::ModelField::kGraph);
    add_layers(graph, folded != nullptr);
    graph.add_string(onnx::GraphField::kName, "mlpctl");
    add_parameters(graph, model.parameters, folded);
    constexpr std::array<std::int64_t, 3> image{1, kImageSide, kImageSide};
    constexpr std::array<std::int64_t, 1> logits{kClasses};
    add_value(graph, onnx::GraphField::kInput, kImage, image);
    add_value(graph, onnx::GraphField::kOutput, kLogits, logits);
  }
  {
    protozero::pbf_builder<onnx::OpsetField::Number> opset(out, onnx::ModelField::kOpsetImport);
    opset.add_string(onnx::OpsetField::kDomain, "");
    opset.add_int64(onnx::OpsetField::kVersion, kOpset);
  }
  add_metadata(out, "mlpctl", info_to_json(model.info));
  add_metadata(out, "preprocessing", preprocessing(model.info));
  add_metadata(out, "classes", classes(model.info));
  add_metadata(out, "test_accuracy", accuracy(model.info));
  add_metadata(out, "program", "mlpctl " MLPCTL_VERSION);
  return bytes;
}

}  // namespace mlpctl::model
