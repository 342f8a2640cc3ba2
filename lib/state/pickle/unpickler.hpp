#pragma once

#include <functional>
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
/// protocols 1 to 5 need for state files and refuses the others.
class Unpickler {
 public:
  /// Turns a persistent id into what it stands for.
  using PersistentLoad = std::function<Node(const Node& id)>;

  Unpickler(Arena& arena, GlobalTable& globals, const ReadLimits& limits, PersistentLoad load = {});

  /// Reads one pickle and leaves `in` behind its STOP. Throws Error.
  Node load(ByteReader& in);

 private:
  void step(ByteReader& in, Opcode op);
  Node sequence(Node::Kind kind, std::span<const Node> items);
  Node tuple(std::size_t count);
  void append_items(std::span<const Node> items);
  void set_items(std::span<const Node> pairs);
  void add_items(std::span<const Node> items);
  Node global(ByteReader& in);
  Node stack_global();
  Node new_object();
  Node reduce();
  Node attribute(const Node& callee, const Node& args);
  void build();
  Node persistent();

  Arena& arena_;
  GlobalTable& globals_;
  PersistentLoad load_;
  PickleStack stack_;
};

}  // namespace mlpctl::state
