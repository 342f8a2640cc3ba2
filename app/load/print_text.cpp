#include <algorithm>
#include <cstdio>
#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "cli/table.hpp"
#include "cli/text.hpp"
#include "load/print.hpp"
#include "mlpctl/state/describe.hpp"

namespace mlpctl::app {
namespace {

using Json = nlohmann::ordered_json;

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof(text), "%.6g", value);
  return text;
}

std::string joined(const std::vector<std::string>& parts) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : ", ") + part;
  return text;
}

void print_field(std::string_view name, std::string_view value) {
  if (!value.empty()) std::cout << name << ": " << printable(value) << '\n';
}

std::string value_text(const Json& value) {
  return value.is_string() ? value.get<std::string>() : json_text(value);
}

/// The members of the record of the training, or what there is in its place.
void print_training(const std::string& record) {
  if (record.empty()) return;
  const Json training = Json::parse(record);
  if (!training.is_object()) return print_field("training", value_text(training));
  for (const auto& [key, value] : training.items()) {
    std::cout << printable(key) << ": " << printable(value_text(value)) << '\n';
  }
}

void print_info(const model::ModelInfo& info) {
  print_field("classes", joined(info.classes));
  if (info.preprocess != "digit") print_field("preprocess", info.preprocess);
  print_training(info.training);
}

bool is_converted(const TensorReport& tensor) {
  return tensor.dtype != state::DType::kFloat32;
}

/// Why a file is as big as it is: nothing of a tensor with a storage of its own and of its size.
std::string memory_text(const Memory& memory, std::uint64_t bytes) {
  std::string text;
  if (!memory.tied_to.empty()) {
    text = ", tied to " + std::string(memory.tied_to);
  } else if (!memory.storage_of.empty()) {
    text = ", in the storage of " + std::string(memory.storage_of);
  } else if (memory.storage_bytes != bytes) {
    text = ", of a storage of " + std::to_string(memory.storage_bytes) + " bytes";
  }
  return memory.sha256.empty() ? text : text + ", sha256 " + memory.sha256;
}

std::string entry_text(const Listing& listing, std::size_t index) {
  const state::Node& node = listing.entries[index].node;
  std::string text = state::describe(node);
  if (!node.is(state::Node::Kind::kTensor)) return text;
  const std::uint64_t bytes = node.tensor().byte_count();
  text += ' ';
  text += std::to_string(bytes);
  text += " bytes";
  const auto memory = listing.memory.find(index);
  return memory == listing.memory.end() ? text : text + memory_text(memory->second, bytes);
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
        print_line(depth, part, text);
        break;
      }
      if (!same) print_line(depth, part, "");
    }
    before_ = name;
  }

 private:
  // Deeper levels would only push the text off the screen.
  static constexpr std::size_t kIndentation = 16;

  /// Cuts off the path's first component; a key that is spelled ('a.b', [0.5]) is one.
  static std::string_view take(std::string_view& path) {
    std::size_t end = path.find('.');
    const bool quoted = path.starts_with('\''), bracketed = path.starts_with('[');
    if (quoted || bracketed) {
      end = path.find(quoted ? "'." : "].", 1);
      if (end != path.npos) ++end;
    }
    const std::string_view part = path.substr(0, end);
    path.remove_prefix(std::min(path.size(), part.size() + 1));
    return part;
  }

  static void print_line(std::size_t depth, std::string_view part, const std::string& text) {
    std::cout << std::string(2 * std::min(depth, kIndentation), ' ') << printable(part);
    if (!text.empty()) std::cout << "  " << printable(text);
    std::cout << '\n';
  }

  std::string before_;
};

}  // namespace

void print_text(const FitReport& report) {
  std::cout << printable(report.path) << ": " << state::to_string(report.container) << ", fits\n";
  print_field("found at", report.found_at);
  print_field("stripped from the names", report.stripped);
  print_field("put before the names", report.added);
  print_field("passed over", joined(report.passed_over));
  print_info(report.info);
  Table table({"name", "shape", "dtype", "parameters", "min", "max", "sha256 (first 16)"});
  for (const TensorReport& tensor : report.tensors) {
    table.add({std::string(tensor.name), tensor.shape_text,
               std::string(state::to_string(tensor.dtype)), std::to_string(tensor.parameters),
               number(tensor.min), number(tensor.max), tensor.sha256.substr(0, 16)});
  }
  std::cout << table.text() << "total: " << model::parameter_count() << " parameters"
            << (std::ranges::any_of(report.tensors, is_converted) ? ", converted to float32" : "")
            << "; the network is filled and in eval mode\n";
}

void print_text(const MisfitReport& report) {
  const state::Misfit& misfit = report.misfit;
  std::cout << printable(report.path) << ": " << state::to_string(report.container)
            << ", does not fit\n";
  if (!misfit.holder.empty()) std::cout << "it is " << printable(misfit.holder) << '\n';
  print_field("nearest", misfit.found_at);
  Table table({"problem", "name", "wanted", "found"});
  for (const std::string& name : misfit.missing) table.add({"missing", name, "", ""});
  for (const std::string& name : misfit.unexpected) table.add({"unexpected", name, "", ""});
  for (const auto& [name, wanted, found] : misfit.mismatched) {
    table.add({"mismatched", name, wanted, found});
  }
  std::cout << table.text();
}

void print_text(const Listing& listing) {
  const state::StateFile& file = listing.file;
  std::cout << printable(file.path) << ": " << state::to_string(file.container) << ", "
            << listing.tensors << " tensors, " << listing.elements << " elements, " << listing.bytes
            << " bytes";
  if (listing.storage_bytes != listing.bytes) {
    std::cout << " in " << listing.storages << " storages of " << listing.storage_bytes << " bytes";
  }
  std::cout << '\n';
  Tree tree;
  for (std::size_t i = 0; i < listing.entries.size(); ++i) {
    tree.print(listing.entries[i].name, entry_text(listing, i));
  }
  for (const auto& [key, value] : file.metadata) {
    std::cout << "metadata " << printable(key) << ": " << printable(value) << '\n';
  }
  for (const auto& [name, dangerous] : file.unbuilt) {
    std::cout << "not built: " << printable(name)
              << (dangerous ? " (dangerous: this file is malicious; nothing of it was run)" : "")
              << '\n';
  }
}

void print_text(const Comparison& comparison) {
  if (!comparison.pairs.empty()) std::cout << table_text(comparison.pairs) << '\n';
  if (comparison.differences.empty()) {
    std::cout << printable(comparison.first) << " and " << printable(comparison.second)
              << " hold the same " << comparison.compared << " values\n";
    return;
  }
  Table table({"name", "differs in", "first", "second", "elements", "max abs", "max relative"});
  for (const state::Difference& each : comparison.differences) {
    const bool numbers = each.elements > 0;
    table.add({each.name, std::string(to_string(each.kind)), each.first, each.second,
               numbers ? std::to_string(each.elements) : "",
               numbers ? number(each.max_absolute) : "", numbers ? number(each.max_relative) : ""});
  }
  std::cout << table.text();
}

}  // namespace mlpctl::app
