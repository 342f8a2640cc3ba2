#include "load/load_list.hpp"

#include <algorithm>
#include <cstdint>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/terminal.hpp"
#include "mlpctl/state/describe.hpp"
#include "mlpctl/state/walk.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;
using Kind = state::Node::Kind;

struct Total {
  std::uint64_t tensors = 0, elements = 0, bytes = 0;

  void add(const state::Tensor& tensor) {
    ++tensors;
    elements += static_cast<std::uint64_t>(tensor.numel());
    bytes += tensor.byte_count();
  }
};

Total total_of(const std::vector<state::NamedNode>& leaves) {
  Total total;
  for (const auto& [name, node] : leaves) {
    if (node.is(Kind::kTensor)) total.add(node.tensor());
  }
  return total;
}

// "an int" is "int" in JSON.
std::string_view bare_kind(Kind kind) {
  std::string_view name = state::kind_name(kind);
  for (const std::string_view article : {"a ", "an "}) {
    if (name.starts_with(article)) name.remove_prefix(article.size());
  }
  return name;
}

Json leaf_json(const state::NamedNode& leaf) {
  const state::Node& node = leaf.node;
  Json json{{"name", leaf.name}, {"kind", bare_kind(node.kind())}};
  if (node.is(Kind::kTensor)) {
    const state::Tensor& tensor = node.tensor();
    json["shape"] = tensor.shape;
    json["dtype"] = state::name(tensor.dtype);
    json["bytes"] = tensor.byte_count();
    if (tensor.layout != state::Layout::kStrided) json["layout"] = state::name(tensor.layout);
  } else if (node.is(Kind::kBool)) {
    json["value"] = node.as_bool();
  } else if (node.is(Kind::kInt)) {
    json["value"] = node.as_int();
  } else if (node.is(Kind::kFloat)) {
    json["value"] = node.as_float();
  } else if (node.is(Kind::kString)) {
    json["value"] = node.text();
  } else {
    json["value"] = state::describe(node);
  }
  return json;
}

std::string text_of(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json unbuilt_json(const state::StateFile& file) {
  Json unbuilt = Json::array();
  for (const auto& [name, dangerous] : file.unbuilt) {
    unbuilt.push_back({{"name", name}, {"dangerous", dangerous}});
  }
  return unbuilt;
}

/// An entry at a time: as one Json, those of a hostile file would take 600 MB.
void print_json(const state::StateFile& file, const std::vector<state::NamedNode>& leaves) {
  std::cout << "{\"file\":" << text_of(file.path)
            << ",\"format\":" << text_of(state::name(file.container)) << ",\"entries\":[";
  const char* separator = "";
  for (const state::NamedNode& leaf : leaves) {
    std::cout << separator << text_of(leaf_json(leaf));
    separator = ",";
  }
  Json metadata = Json::object();
  for (const auto& [key, value] : file.metadata) metadata[key] = value;
  const Total total = total_of(leaves);
  std::cout << "],\"unbuilt\":" << text_of(unbuilt_json(file))
            << ",\"metadata\":" << text_of(metadata) << ",\"tensors\":" << total.tensors
            << ",\"elements\":" << total.elements << ",\"bytes\":" << total.bytes << "}\n";
}

/// Prints names as a tree: of each, only the components that the name before it did not have.
class Tree {
 public:
  void print(std::string_view name, const std::string& text) {
    std::string_view rest = name, known = before_;
    std::size_t depth = 0;
    for (bool same = true;; ++depth) {
      const std::string_view part = take(rest);
      same = same && !rest.empty() && part == take(known);
      if (rest.empty()) {
        line(depth, part, text);
        break;
      }
      if (!same) line(depth, part, "");
    }
    before_ = name;
  }

 private:
  // Deeper levels would only push the text off the screen.
  static constexpr std::size_t kIndentation = 16;

  static std::string_view take(std::string_view& path) {
    const std::string_view part = path.substr(0, path.find('.'));
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    return part;
  }

  static void line(std::size_t depth, std::string_view part, const std::string& text) {
    std::cout << std::string(2 * std::min(depth, kIndentation), ' ') << printable(part);
    if (!text.empty()) std::cout << "  " << printable(text);
    std::cout << '\n';
  }

  std::string before_;
};

std::string leaf_text(const state::Node& node) {
  std::string text = state::describe(node);
  if (!node.is(Kind::kTensor)) return text;
  text += ' ';
  text += std::to_string(node.tensor().byte_count());
  return text += " bytes";
}

void print_text(const state::StateFile& file, const std::vector<state::NamedNode>& leaves) {
  const Total total = total_of(leaves);
  std::cout << printable(file.path) << ": " << state::name(file.container) << ", " << total.tensors
            << " tensors, " << total.elements << " elements, " << total.bytes << " bytes\n";
  Tree tree;
  for (const auto& [name, node] : leaves) tree.print(name, leaf_text(node));
  for (const auto& [key, value] : file.metadata) {
    std::cout << "metadata " << printable(key) << ": " << printable(value) << '\n';
  }
  for (const auto& [name, dangerous] : file.unbuilt) {
    std::cout << "not built: " << printable(name)
              << (dangerous ? " (dangerous: this file is malicious; nothing of it was run)" : "")
              << '\n';
  }
}

}  // namespace

ExitCode print_list(const state::StateFile& file, bool json) {
  const auto leaves = state::list_leaves(file);
  json ? print_json(file, leaves) : print_text(file, leaves);
  return ExitCode::kDone;
}

}  // namespace mlpctl::app
