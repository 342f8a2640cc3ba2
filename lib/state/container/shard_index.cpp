#include "state/container/shard_index.hpp"

#include <algorithm>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace mlpctl::state {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

[[noreturn]] void refuse_index(const std::string& what) {
  throw Error(ErrorCode::kCorruption, "an index of shards that " + what);
}

/// Takes "weight_map" at the top and passes over the rest.
class IndexHandler : public nlohmann::json_sax<Json> {
 public:
  WeightMap weights;

  bool null() override { return other(); }
  bool boolean(bool) override { return other(); }
  bool number_integer(std::int64_t) override { return other(); }
  bool number_unsigned(std::uint64_t) override { return other(); }
  bool number_float(double, const std::string&) override { return other(); }
  bool binary(Json::binary_t&) override { return other(); }
  bool start_array(std::size_t) override { return deeper(); }
  bool end_array() override { return higher(); }

  bool string(std::string& value) override {
    if (!in_map_) return true;
    if (depth_ != 2) return other();
    weights.emplace_back(std::move(key_), std::move(value));
    key_.clear();
    return true;
  }

  bool start_object(std::size_t) override {
    if (depth_ == 1 && key_ == "weight_map") {
      if (seen_) refuse_index("has a weight_map twice");
      seen_ = in_map_ = true;
      ++depth_;
      return true;
    }
    return deeper();
  }

  bool end_object() override {
    in_map_ = in_map_ && depth_ != 2;
    return higher();
  }

  bool key(std::string& value) override {
    if (depth_ <= 2) key_ = std::move(value);
    return true;
  }

  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    refuse_index("is broken JSON: download or copy it again");
  }

 private:
  bool other() const {
    if (in_map_) refuse_index("maps a tensor to something that is no file");
    return true;
  }
  bool deeper() {
    ++depth_;
    return other();
  }
  bool higher() {
    --depth_;
    return true;
  }

  std::string key_;
  int depth_ = 0;
  bool in_map_ = false, seen_ = false;
};

WeightMap parse(std::string_view json) {
  if (json.find('\0') != json.npos) refuse_index("is broken JSON: download or copy it again");
  IndexHandler handler;
  Json::sax_parse(json.begin(), json.end(), &handler);
  if (handler.weights.empty()) refuse_index("names no tensor");
  std::unordered_set<std::string_view> names;
  for (const auto& [name, file] : handler.weights) {
    if (!names.insert(name).second) refuse_index("names " + name + " twice");
  }
  return std::move(handler.weights);
}

/// An index may name files beside it or below its folder and nothing else.
void check_place(const std::string& file) {
  const fs::path path(file);
  const bool outside = path.empty() || path.is_absolute() || std::ranges::count(path, "..") > 0;
  if (outside) refuse_index("names the file " + file + ", which is not below its folder");
}

/// The files of one index as one.
class Merge {
 public:
  Merge(ReadContext& context, const std::function<StateFile(const std::string&)>& open)
      : context_(context), open_(open), folder_(fs::path(context.source.path).parent_path()) {}

  StateFile run(const WeightMap& weights) {
    for (const auto& [name, file] : weights) {
      if (!shards_.contains(file)) read(file);
    }
    Dict* root = context_.arena->dict();
    for (const auto& [name, file] : weights) {
      const auto found = holders_.find(name);
      if (found == holders_.end() || found->second.file != file) {
        refuse_index("says that " + file + " holds " + name + ", which it does not");
      }
      const Node key(Node::Kind::kString, context_.arena->text(name));
      context_.arena->append(*root, key, found->second.node);
    }
    check_named(weights);
    for (const auto& [name, node] : others_) {
      context_.arena->append(*root, Node(Node::Kind::kString, context_.arena->text(name)), node);
    }
    StateFile merged = context_.finish(Container::kShards, Node(root));
    merged.unbuilt = std::move(unbuilt_);
    merged.danger = std::move(danger_);
    merged.metadata = std::move(metadata_);
    merged.shards = std::move(paths_);
    return merged;
  }

 private:
  struct Held {
    std::string file;
    Node node;
  };

  void read(const std::string& file) {
    check_place(file);
    paths_.push_back((folder_ / file).string());
    const StateFile shard = open_(paths_.back());
    shards_.insert(file);
    context_.arena->keep(shard.arena);
    for (const auto& [name, node] : list_leaves(shard, shard.root)) {
      if (!node.is(Node::Kind::kTensor)) {
        others_.push_back({name, node});
        continue;
      }
      const auto [held, fresh] = holders_.emplace(name, Held{file, node});
      if (!fresh)
        refuse_index("has " + name + " in " + held->second.file + " and again in " + file);
    }
    if (danger_.empty()) danger_ = shard.danger;
    unbuilt_.insert(unbuilt_.end(), shard.unbuilt.begin(), shard.unbuilt.end());
    for (const auto& entry : shard.metadata) {
      if (!std::ranges::count(metadata_, entry)) metadata_.push_back(entry);
    }
  }

  void check_named(const WeightMap& weights) const {
    if (holders_.size() == weights.size()) return;
    std::unordered_set<std::string_view> named;
    for (const auto& [name, file] : weights) named.insert(name);
    for (const auto& [name, held] : holders_) {
      if (!named.contains(name))
        refuse_index("does not name " + name + ", which " + held.file + " holds");
    }
  }

  ReadContext& context_;
  const std::function<StateFile(const std::string&)>& open_;
  fs::path folder_;
  std::unordered_set<std::string> shards_;
  std::vector<std::string> paths_;
  std::unordered_map<std::string, Held> holders_;
  std::vector<NamedNode> others_;
  std::vector<UnbuiltGlobal> unbuilt_;
  std::string danger_;
  std::vector<std::pair<std::string, std::string>> metadata_;
};

}  // namespace

bool is_shard_index(std::span<const std::byte> bytes) {
  constexpr std::size_t kBeginning = std::size_t{1} << 20U;
  const std::string_view text = as_text(bytes.first(std::min(bytes.size(), kBeginning)));
  const std::size_t at = text.find_first_not_of(" \t\r\n");
  return at != text.npos && text[at] == '{' && text.find("\"weight_map\"") != text.npos;
}

StateFile read_shard_index(ReadContext& context,
                           const std::function<StateFile(const std::string& path)>& open) {
  if (context.source.bytes.size() > context.limits.header_bytes) refuse_index("is too long");
  return Merge(context, open).run(parse(as_text(context.source.bytes)));
}

std::string shard_index_json(const WeightMap& weights, std::uint64_t bytes) {
  // Json's objects are sorted by name.
  Json map = Json::object();
  for (const auto& [name, file] : weights) map[name] = file;
  const Json index{{"metadata", {{"total_size", bytes}}}, {"weight_map", std::move(map)}};
  return index.dump(2) + "\n";
}

}  // namespace mlpctl::state
