#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlpctl/state/tensor.hpp"

namespace mlpctl::state {

struct Sequence;
struct Dict;
struct Object;
struct Global;
struct StorageRef;

/// One value of a file, inert: reading it runs nothing. A node is a handle of 16 bytes; what it
/// points to belongs to the Arena of its StateFile. Nodes share what the file shares and may form
/// cycles, so a walk must remember where it has been (walk.hpp does).
class Node {
 public:
  enum class Kind : std::uint8_t {
    kNone,
    kBool,
    kInt,
    kBigInt,  ///< Wider than 64 bits: its bytes, least significant first.
    kFloat,
    kString,
    kBytes,
    kTensor,
    kList,
    kTuple,
    kSet,
    kDict,
    kObject,   ///< An instance of a class that is not built: an nn.Module, a Namespace, ...
    kGlobal,   ///< A class, function or dtype by name.
    kStorage,  ///< A bare storage.
  };

  Node() = default;
  explicit Node(bool value) : kind_(Kind::kBool) { value_.boolean = value; }
  explicit Node(std::int64_t value) : kind_(Kind::kInt) { value_.integer = value; }
  explicit Node(double value) : kind_(Kind::kFloat) { value_.real = value; }
  explicit Node(const Tensor* tensor) : kind_(Kind::kTensor) { value_.tensor = tensor; }
  explicit Node(Dict* dict) : kind_(Kind::kDict) { value_.dict = dict; }
  explicit Node(Object* object) : kind_(Kind::kObject) { value_.object = object; }
  explicit Node(const Global* global) : kind_(Kind::kGlobal) { value_.global = global; }
  explicit Node(const StorageRef* storage) : kind_(Kind::kStorage) { value_.storage = storage; }
  /// A list, tuple or set.
  Node(Kind kind, Sequence* sequence) : kind_(kind) { value_.sequence = sequence; }
  /// A string, bytes or big integer; the text must outlive the node.
  Node(Kind kind, std::string_view text)
      : kind_(kind), length_(static_cast<std::uint32_t>(text.size())) {
    value_.text = text.data();
  }

  /// Says that Python takes it neither for a key nor for an item of a set, as it takes no list and
  /// no dict: a set, a bytearray, a tuple that holds one of these.
  void set_unhashable() { unhashable_ = true; }
  bool is_hashable() const { return !unhashable_ && kind_ != Kind::kList && kind_ != Kind::kDict; }

  Kind kind() const { return kind_; }
  bool is(Kind kind) const { return kind_ == kind; }
  bool is_none() const { return kind_ == Kind::kNone; }

  /// Each of these may be asked of its own kinds only.
  bool as_bool() const { return value_.boolean; }
  std::int64_t as_int() const { return value_.integer; }
  double as_float() const { return value_.real; }
  std::string_view text() const { return {value_.text, length_}; }
  const Tensor& tensor() const { return *value_.tensor; }
  Sequence& sequence() const { return *value_.sequence; }
  Dict& dict() const { return *value_.dict; }
  Object& object() const { return *value_.object; }
  const Global& global() const { return *value_.global; }
  const StorageRef& storage() const { return *value_.storage; }
  /// What this node points to, to recognise it again; null for numbers and texts.
  const void* identity() const;

  /// The items of a list, tuple or set; none for other kinds.
  std::span<const Node> items() const;
  /// A dict's value under a text key; null when this is no dict or has no such key.
  const Node* find(std::string_view key) const;

 private:
  Kind kind_ = Kind::kNone;
  bool unhashable_ = false;
  std::uint32_t length_ = 0;
  union Value {
    std::int64_t integer = 0;
    bool boolean;
    double real;
    const char* text;
    const Tensor* tensor;
    Sequence* sequence;
    Dict* dict;
    Object* object;
    const Global* global;
    const StorageRef* storage;
  } value_;
};
static_assert(sizeof(Node) == 16);

struct Sequence {
  std::vector<Node> items;
};

struct DictEntry {
  Node key;
  Node value;
};

/// A dict in the order of the file; no key is there twice.
struct Dict {
  std::vector<DictEntry> entries;
  /// The attributes of an OrderedDict (its _metadata); None when there are none.
  Node attributes;
};

/// A name as the file gives it: `module` and `name`, both texts of the file.
struct Global {
  std::string_view module;
  std::string_view name;
  /// What the reader takes it for; a number of its own.
  std::uint8_t role = 0;
  DType dtype = DType::kFloat32;

  /// "argparse.Namespace"
  std::string full_name() const { return std::string(module) + "." + std::string(name); }
};

/// An instance that is described, not built.
struct Object {
  const Global* type = nullptr;
  /// What the constructor would be called with.
  Node args;
  /// What __setstate__ would be given: mostly a dict of attributes.
  Node state;
  /// A list or dict of what would be appended or set; None when nothing.
  Node items;
  /// Of an instance of a class of tensors that holds others (DTensor): shape and dtype, no numbers.
  const Tensor* shell = nullptr;
};

/// A storage as a persistent id names it.
struct StorageRef {
  std::shared_ptr<const Storage> storage;  ///< Null on the meta device.
  DType dtype = DType::kUInt8;
  bool untyped = false;
  /// In elements of dtype.
  std::int64_t numel = 0;
  /// Where a view of another storage begins, in elements.
  std::int64_t offset = 0;
};

/// With its article, as a sentence takes it: "a dict", "an int", "bytes".
std::string_view to_string(Node::Kind kind);

}  // namespace mlpctl::state
