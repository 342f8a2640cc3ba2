#pragma once

#include <functional>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include "mlpctl/state/limits.hpp"
#include "state/pickle/globals.hpp"
#include "state/value/arena.hpp"
#include "state/value/byte_reader.hpp"

namespace mlpctl::state {

/// The globals of one file, each once, in the order of first use.
class GlobalTable {
 public:
  explicit GlobalTable(Arena& arena) : arena_(arena) {}
  const Global* get(std::string_view module, std::string_view name);
  const std::vector<const Global*>& all() const { return order_; }
  /// What the file does with this global makes it dangerous.
  void condemn(const Global& global);

 private:
  Arena& arena_;
  std::map<std::pair<std::string_view, std::string_view>, Global*> known_;
  std::vector<const Global*> order_;
};

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
  bool step(ByteReader& in, std::uint8_t op);
  bool step_number(ByteReader& in, std::uint8_t op);
  bool step_text(ByteReader& in, std::uint8_t op);
  bool step_container(std::uint8_t op);
  bool step_memo(ByteReader& in, std::uint8_t op);
  bool step_object(ByteReader& in, std::uint8_t op);

  void push(Node node);
  Node pop();
  Node& top();
  /// The items above the last mark, which goes with them when release() is called.
  std::span<const Node> marked() const;
  void release();

  void push_text(ByteReader& in, std::uint64_t size);
  void push_python2_string(ByteReader& in, std::uint64_t size);
  void push_long(ByteReader& in, std::uint64_t size);
  void push_decimal(ByteReader& in);
  void push_sequence(Node::Kind kind, std::span<const Node> items);
  void push_tuple(std::size_t count);
  void push_global(std::string_view module, std::string_view name);
  void put(std::uint32_t index);
  void get(std::uint32_t index);
  void append_items(std::span<const Node> items);
  void set_items(std::span<const Node> pairs);
  void add_items(std::span<const Node> items);
  void stack_global();
  void new_object();
  void reduce();
  Node attribute(const Node& callee, const Node& args);
  void build();
  void persistent();

  Arena& arena_;
  GlobalTable& globals_;
  std::size_t max_marks_;
  PersistentLoad load_;
  std::vector<Node> stack_;
  std::vector<std::size_t> marks_;
  std::size_t high_water_ = 0;
  /// A tree: no choice of indices makes it slow, as it would a hash table.
  std::map<std::uint32_t, Node> memo_;
};

/// Throws Error: the sentence of all faults of a pickle.
[[noreturn]] void refuse_pickle(const std::string& what);

/// A line of a text opcode, without its newline. Throws Error when it has no end.
std::string_view take_line(ByteReader& in);

}  // namespace mlpctl::state
