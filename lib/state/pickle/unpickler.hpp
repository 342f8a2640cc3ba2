#pragma once

#include <functional>
#include <optional>
#include <span>

#include "base/byte_reader.hpp"
#include "mlpctl/state/limits.hpp"
#include "state/pickle/globals.hpp"
#include "state/pickle/opcodes.hpp"
#include "state/pickle/stack.hpp"
#include "state/value/arena.hpp"

namespace mlpctl::state {

/// Whether the bytes begin as a pickle of protocol 2 to 5 does.
bool is_pickle(std::span<const std::byte> bytes);

/// A pickle machine that builds inert nodes and can call nothing. It knows the opcodes that
/// Python's picklers write, of protocols 0 to 5, and refuses the others.
class Unpickler {
 public:
  /// Turns a persistent id into what it stands for.
  using PersistentLoad = std::function<Node(const Node& id)>;
  /// Reads the bytes that pickle.dump writes for a storage: a file of torch.save in the pickle.
  /// Nothing where they are no such file.
  using StorageLoad = std::function<std::optional<Node>(std::span<const std::byte> bytes)>;

  Unpickler(Arena& arena, GlobalTable& globals, const ReadLimits& limits, PersistentLoad load = {},
            StorageLoad load_storage = {});

  /// Reads one pickle and leaves `in` behind its STOP. Throws Error.
  Node load(ByteReader& in);

 private:
  void step(ByteReader& in, Opcode op);
  Node sequence(Node::Kind kind, std::span<const Node> items);
  Node tuple(std::size_t count);
  Node frozen_set();
  Node dict();
  void append_items(std::span<const Node> items);
  void set_items(std::span<const Node> pairs);
  void add_items(std::span<const Node> items);
  Node global(ByteReader& in);
  Node stack_global();
  Node new_object();
  Node new_object_with_keywords();
  Node make_object(const Node& type, const Node& args);
  Node instance(ByteReader& in);
  Node marked_object();
  Node reduce();
  Node attribute(const Node& callee, const Node& args);
  void build();
  Node persistent();

  Arena& arena_;
  GlobalTable& globals_;
  PersistentLoad load_;
  StorageLoad load_storage_;
  PickleStack stack_;
};

}  // namespace mlpctl::state
