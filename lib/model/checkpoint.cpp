#include "model/checkpoint.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "mlpctl/error.hpp"
#include "mlpctl/state/convert.hpp"
#include "mlpctl/state/reader.hpp"
#include "mlpctl/state/writer.hpp"
#include "model/info.hpp"
#include "model/metadata.hpp"
#include "model/model_file.hpp"

namespace mlpctl::model {
namespace {

using Json = nlohmann::ordered_json;
using state::Node;

// A string in the dict, rather than a record beside it, because it then survives when Python loads
// the checkpoint and saves it again.
constexpr char kAbout[] = "mlpctl";
constexpr char kAverage[] = "mlpctl_average", kBest[] = "mlpctl_best";

[[noreturn]] void refuse_checkpoint(const std::string& why) {
  throw Error(ErrorCode::kCorruption, why);
}

std::string about(const Checkpoint& checkpoint) {
  Json json{{"info", Json::parse(info_to_json(checkpoint.model.info))},
            {"step", checkpoint.optimizer.step}};
  json["run"] = parse_metadata_object(checkpoint.run.empty() ? "{}" : checkpoint.run);
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

const Node& optimizer_node(const Node& root) {
  for (const char* key : {"optimizer_state_dict", "optimizer", "optimizer_state", "optim",
                          "optim_state_dict", "opt_state_dict"}) {
    if (const Node* node = root.find(key)) return *node;
  }
  const Node* several = root.find("optimizer_states");  // Lightning's
  const std::size_t count = several == nullptr ? 0 : several->items().size();
  if (count == 1) return several->items()[0];
  if (count > 1) {
    throw Error(ErrorCode::kNotSupported,
                "has " + std::to_string(count) + " optimizers, and training here has one");
  }
  throw Error(
      ErrorCode::kNotFound,
      "holds no optimizer's state, so a run cannot go on from it; start one from its weights "
      "with `from`");
}

std::int64_t finished_epochs(const Node& root) {
  const Node* epoch = root.find("epoch");
  if (epoch == nullptr) return 0;
  if (!epoch->is(Node::Kind::kInt) || epoch->as_int() < 0)
    refuse_checkpoint("its epoch is no count");
  return epoch->as_int();
}

/// Whether there is more than an empty hull, such as Lightning writes where there is no scheduler.
bool holds_something(const Node& node) {
  switch (node.kind()) {
    case Node::Kind::kDict:
      return !node.dict().entries.empty();
    case Node::Kind::kString:
      return !node.text().empty();
    case Node::Kind::kObject:
      return true;
    default:
      return !node.items().empty();
  }
}

// "scheduler", "lr_scheduler_state_dict", "lr_schedulers", "sched": everybody has a word of his
// own.
std::string scheduler_key(const Node& root) {
  if (!root.is(Node::Kind::kDict)) return {};
  for (const auto& [key, value] : root.dict().entries) {
    if (!key.is(Node::Kind::kString) || !holds_something(value)) continue;
    std::string name(key.text());
    std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::tolower(c); });
    if (name.find("sched") != std::string::npos) return std::string(key.text());
  }
  return {};
}

// Python's optimizers do not keep everything: our own string tells the rest.
void read_about(const Node& root, Checkpoint& checkpoint) {
  const Node* node = root.find(kAbout);
  if (node == nullptr || !node->is(Node::Kind::kString)) return;
  const Json json = parse_metadata_object(node->text());
  if (json.contains("run") && json["run"].is_object()) checkpoint.run = json["run"].dump();
  const bool sgd = checkpoint.optimizer.kind == OptimizerKind::kSgd;
  if (sgd && json.contains("step") && json["step"].is_number_unsigned()) {
    checkpoint.optimizer.step = json["step"].get<std::int64_t>();
    checkpoint.optimizer.step_known = true;
  }
}

void add_list(state::DictValue& root, const char* key, const std::optional<Parameters>& weights) {
  if (!weights) return;
  state::ListValue list;
  for (std::size_t i = 0; i < kEntries.size(); ++i) list.push_back(tensor_value(i, *weights));
  root.emplace_back(key, std::move(list));
}

std::optional<Parameters> read_list(const Node& root, const char* key) {
  const Node* node = root.find(key);
  if (node == nullptr) return std::nullopt;
  Parameters weights;
  if (node->items().size() != kEntries.size())
    refuse_checkpoint(std::string(key) + " is incomplete");
  for (std::size_t i = 0; i < kEntries.size(); ++i) {
    const Node& item = node->items()[i];
    const bool fits = item.is(Node::Kind::kTensor) && item.tensor().numel() == kEntries[i].count();
    if (!fits) refuse_checkpoint(std::string(key) + " does not fit the network");
    weights.tensors[i] = state::to_float32(item.tensor());
  }
  return weights;
}

}  // namespace

void save_checkpoint(const std::string& path, const Checkpoint& checkpoint, bool force) {
  const auto step = static_cast<float>(checkpoint.optimizer.step);
  state::DictValue root{{"model_state_dict", tensor_values(checkpoint.model.parameters)},
                        {"optimizer_state_dict", optimizer_value(checkpoint.optimizer, step)},
                        {"epoch", checkpoint.epoch},
                        {kAbout, about(checkpoint)}};
  add_list(root, kAverage, checkpoint.average);
  add_list(root, kBest, checkpoint.best);
  state::write_state(path, state::Value(std::move(root)), {.force = force});
}

Checkpoint load_checkpoint(const std::string& path) {
  return checkpoint_in(state::open_state(path));
}

Checkpoint checkpoint_in(const state::StateFile& file) {
  Checkpoint checkpoint;
  checkpoint.model = model_in(file).model;
  try {
    checkpoint.optimizer = optimizer_from(optimizer_node(file.root));
    checkpoint.epoch = finished_epochs(file.root);
    checkpoint.average = read_list(file.root, kAverage);
    checkpoint.best = read_list(file.root, kBest);
    checkpoint.scheduler = scheduler_key(file.root);
    read_about(file.root, checkpoint);
  } catch (const Error& error) {
    throw Error(error.code(), file.path + ": " + error.what());
  }
  return checkpoint;
}

}  // namespace mlpctl::model
