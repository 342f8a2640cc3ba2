#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mlpctl/error.hpp"
#include "mlpctl/state/graph.hpp"
#include "mlpctl/state/limits.hpp"
#include "mlpctl/state/node.hpp"
#include "mlpctl/state/walk.hpp"

namespace mlpctl::state {

class Arena;

enum class Container { kZip, kTorchScript, kLegacy, kTar, kSafetensors, kOnnx, kShards, kPickle };

/// "PyTorch zip", "TorchScript zip", "PyTorch legacy stream", "PyTorch tar", "safetensors",
/// "ONNX", "index of shards", "Python pickle".
std::string_view to_string(Container container);

/// A class or function that the file names and the reader does not build.
struct UnbuiltGlobal {
  /// "argparse.Namespace"
  std::string name;
  /// Called, or handed to what may call it, and of the kind that runs programs, opens files or
  /// reaches the network (scan.hpp says more).
  bool dangerous = false;
};

/// A state file, read and checked. Its tensors view the mapped file and outlive this object; its
/// nodes do not.
struct StateFile {
  std::string path;
  Container container = Container::kZip;
  Node root;
  /// TorchScript's constants.pkl: a tuple of what its code refers to, which holds all weights of a
  /// frozen module. None elsewhere.
  Node constants;
  /// In the order of first use, each once.
  std::vector<UnbuiltGlobal> unbuilt;
  /// What makes the file malicious: "calls posix.system"; empty when nothing does.
  std::string danger;
  /// safetensors' __metadata__, ONNX's metadata_props.
  std::vector<std::pair<std::string, std::string>> metadata;
  /// The JSON that our own writer adds: the record mlpctl.json, or the key "mlpctl" of
  /// the metadata; empty when there is none.
  std::string mlpctl_json;
  /// The paths of the files that an index of shards names; empty elsewhere.
  std::vector<std::string> shards;
  /// What an ONNX model computes with its tensors; null elsewhere.
  std::shared_ptr<const Graph> graph;
  /// What reading it may cost.
  ReadLimits limits;
  /// Owns what the nodes point to.
  std::shared_ptr<const Arena> arena;
};

/// Reads a file of any kind that Container lists, told by its first bytes; with an index of shards
/// (model.safetensors.index.json) the files that it names, as one. Runs nothing, extracts
/// nothing, and reads no tensor's bytes yet. Throws Error with one sentence: the file, what it is
/// or what is wrong with it, what to do.
StateFile open_state(const std::string& path, const ReadLimits& limits = {});

/// The same of bytes in memory; errors call them `name`. The tensors keep `owner`, which keeps the
/// bytes alive.
StateFile read_state(std::span<const std::byte> bytes, std::string name,
                     std::shared_ptr<const void> owner, const ReadLimits& limits = {});

/// The error about a file that is a picture, which some programs take in other places.
struct PictureError : Error {
  using Error::Error;
};

/// The leaves of the file's root, then those of its constants, whose names begin with "constants.".
/// An Error begins with the file's path.
std::vector<NamedNode> list_leaves(const StateFile& file);
/// The leaves of one part of the file: its root or its constants.
std::vector<NamedNode> list_leaves(const StateFile& file, const Node& part,
                                   const std::function<bool(const Node&)>& is_leaf = {});

/// The tensors of the file's root.
std::vector<NamedTensor> list_tensors(const StateFile& file);

/// Throws Error when the file calls something dangerous: for all who want the weights and not a
/// list of what is inside.
void require_harmless(const StateFile& file);

}  // namespace mlpctl::state
