#include "state/container/onnx.hpp"

#include <array>
#include <charconv>
#include <memory>
#include <protozero/pbf_reader.hpp>
#include <string_view>
#include <unordered_set>
#include <utility>
#include <vector>

#include "state/container/onnx_fields.hpp"
#include "state/container/onnx_tensor.hpp"

namespace mlpctl::state {
namespace {

using namespace std::string_view_literals;
using onnx::refuse_model;
using Wire = protozero::pbf_wire_type;

bool is_bytes(const protozero::pbf_reader& in) {
  return in.wire_type() == Wire::length_delimited;
}

/// Numbers as people write them: "1", "0.5".
template <typename T>
std::string number_text(T value) {
  std::array<char, 32> text{};
  return {text.data(), std::to_chars(text.data(), text.data() + text.size(), value).ptr};
}

/// "[1, 1]"
class NumberList {
 public:
  template <typename T>
  void add(T value) {
    text_ += (text_.empty() ? "[" : ", ") + number_text(value);
  }
  bool is_empty() const { return text_.empty(); }
  std::string text() const { return text_ + "]"; }

 private:
  std::string text_;
};

/// Calls visit(field, bytes) for each field of bytes in a message, whatever else is in it.
template <typename Visit>
void for_each_part(std::string_view message, const Visit& visit) {
  protozero::pbf_reader in(message);
  while (in.next()) {
    if (is_bytes(in)) {
      const std::uint32_t field = in.tag();
      visit(field, in.get_view());
    } else {
      in.skip();
    }
  }
}

class OnnxReader {
 public:
  explicit OnnxReader(ReadContext& context)
      : context_(context), root_(context.arena->dict()), graph_(std::make_shared<Graph>()) {}

  StateFile read() {
    const std::string_view graph = read_model(as_text(context_.source.bytes));
    try {
      read_graph(graph);
    } catch (const protozero::exception&) {
      refuse_model("has a broken graph");
    }
    StateFile file = context_.finish(Container::kOnnx, Node(root_));
    for (const auto& [key, value] : metadata_) {
      if (key == "mlpctl") file.mlpctl_json = value;
    }
    file.metadata = std::move(metadata_);
    file.graph = std::move(graph_);
    return file;
  }

 private:
  using Field = onnx::GraphField;

  std::string_view kept(std::string_view text) { return context_.arena->text(std::string(text)); }

  /// Notes the metadata and gives the graph.
  std::string_view read_model(std::string_view whole) {
    using enum onnx::ModelField::Number;
    std::optional<std::string_view> graph;
    try {
      protozero::pbf_reader in(whole);
      while (in.next()) {
        if (in.tag() == kGraph && is_bytes(in)) {
          if (graph) refuse_model("has two graphs");
          graph = in.get_view();
        } else if (in.tag() == kMetadata && is_bytes(in)) {
          read_metadata(in.get_view());
        } else {
          in.skip();
        }
      }
    } catch (const protozero::end_of_buffer_exception&) {
      throw cut_off(whole.size());
    } catch (const protozero::exception&) {
      refuse_model("has a broken field");
    }
    if (!graph) refuse_model("has no graph");
    return *graph;
  }

  void read_metadata(std::string_view message) {
    std::string key, value;
    for_each_part(message, [&](std::uint32_t field, std::string_view part) {
      if (field == onnx::PairField::kKey) key = part;
      if (field == onnx::PairField::kValue) value = part;
    });
    context_.arena->charge(2 * sizeof(std::string) + 2 * key.size() + value.size());
    if (!keys_.insert(key).second) refuse_model("has the metadata " + key + " twice");
    metadata_.emplace_back(std::move(key), std::move(value));
  }

  void read_graph(std::string_view message) {
    for_each_part(message, [&](std::uint32_t field, std::string_view part) {
      if (field == Field::kNode) read_node(part);
      if (field == Field::kInitializer) add(onnx::read_tensor(context_, part));
      if (field == Field::kSparseInitializer) add(sparse(part));
      if (field == Field::kInput) add_name(graph_->inputs, name_of(part));
      if (field == Field::kOutput) add_name(graph_->outputs, name_of(part));
    });
  }

  void add(const onnx::NamedValue& entry) {
    if (entry.name.empty()) refuse_model("has a tensor without a name");
    context_.arena->charge(4 * sizeof(std::string_view));
    if (!names_.insert(entry.name).second) {
      refuse_model("has the tensor " + std::string(entry.name) + " twice");
    }
    context_.arena->append(*root_, Node(Node::Kind::kString, entry.name), entry.value);
  }

  /// Its values, a tensor, have its name.
  onnx::NamedValue sparse(std::string_view message) {
    onnx::NamedValue entry;
    for_each_part(message, [&](std::uint32_t field, std::string_view part) {
      if (field == onnx::SparseField::kValues) entry.name = onnx::read_tensor(context_, part).name;
    });
    entry.value = onnx::unread(context_, "SparseTensor");
    return entry;
  }

  void add_name(std::vector<std::string_view>& names, std::string_view name) {
    context_.arena->charge(2 * sizeof(std::string_view));
    names.push_back(kept(name));
  }

  static std::string_view name_of(std::string_view message) {
    std::string_view name;
    for_each_part(message, [&](std::uint32_t field, std::string_view part) {
      if (field == onnx::ValueField::kName) name = part;
    });
    return name;
  }

  void read_node(std::string_view message) {
    using enum onnx::NodeField::Number;
    context_.arena->charge(2 * sizeof(GraphNode));
    GraphNode& node = graph_->nodes.emplace_back();
    for_each_part(message, [&](std::uint32_t field, std::string_view part) {
      if (field == kInput) add_name(node.inputs, part);
      if (field == kOutput) add_name(node.outputs, part);
      if (field == kType) node.type = kept(part);
      if (field == kDomain) node.domain = kept(part);
      if (field == kAttribute) read_attribute(node, part);
    });
  }

  /// A tensor, a graph and what else there is stay closed, so that nothing is nested without end.
  void read_attribute(GraphNode& node, std::string_view message) {
    using enum onnx::AttributeField::Number;
    std::string_view name;
    std::string value;
    NumberList list;
    protozero::pbf_reader in(message);
    while (in.next()) {
      if (in.tag() == kName && is_bytes(in)) {
        name = kept(in.get_view());
      } else if (in.tag() == kText && is_bytes(in)) {
        value = std::string(in.get_view());
      } else if (in.tag() == kInt && in.wire_type() == Wire::varint) {
        value = number_text(in.get_int64());
      } else if (in.tag() == kFloat && in.wire_type() == Wire::fixed32) {
        value = number_text(in.get_float());
      } else if (in.tag() == kInts && in.wire_type() == Wire::varint) {
        list.add(in.get_int64());
      } else if (in.tag() == kInts && is_bytes(in)) {
        for (const std::int64_t each : in.get_packed_int64()) list.add(each);
      } else if (in.tag() == kFloats && in.wire_type() == Wire::fixed32) {
        list.add(in.get_float());
      } else if (in.tag() == kFloats && is_bytes(in)) {
        for (const float each : in.get_packed_float()) list.add(each);
      } else {
        in.skip();
      }
    }
    if (!list.is_empty()) value = list.text();
    context_.arena->charge(2 * sizeof(node.attributes[0]) + value.size());
    node.attributes.emplace_back(name, std::move(value));
  }

  ReadContext& context_;
  Dict* root_;
  std::shared_ptr<Graph> graph_;
  std::unordered_set<std::string_view> names_;
  std::unordered_set<std::string> keys_;
  std::vector<std::pair<std::string, std::string>> metadata_;
};

}  // namespace

/// Messages are written in the order of their fields: ir_version, and then a field of ModelProto.
bool is_onnx(std::span<const std::byte> bytes) {
  constexpr auto kNext = "\x12\x1A\x22\x28\x32\x3A\x42"sv;
  if (bytes.size() < 4 || bytes[0] != std::byte{0x08} || bytes[1] > std::byte{0x20}) return false;
  return kNext.find(static_cast<char>(bytes[2])) != std::string_view::npos;
}

StateFile read_onnx(ReadContext& context) {
  return OnnxReader(context).read();
}

void check_onnx(std::span<const std::byte> bytes) {
  try {
    protozero::pbf_reader in(as_text(bytes));
    while (in.next()) in.skip();
  } catch (const protozero::exception&) {
    refuse_model("has a broken field");
  }
}

}  // namespace mlpctl::state
