#include "mlpctl/state/node.hpp"

namespace mlpctl::state {

const void* Node::identity() const {
  switch (kind_) {
    case Kind::kNone:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kBigInt:
    case Kind::kFloat:
    case Kind::kString:
    case Kind::kBytes:
      return nullptr;
    case Kind::kTensor:
      return value_.tensor;
    case Kind::kList:
    case Kind::kTuple:
    case Kind::kSet:
      return value_.sequence;
    case Kind::kDict:
      return value_.dict;
    case Kind::kObject:
      return value_.object;
    case Kind::kGlobal:
      return value_.global;
    case Kind::kStorage:
      return value_.storage;
  }
  return nullptr;
}

std::span<const Node> Node::items() const {
  if (kind_ != Kind::kList && kind_ != Kind::kTuple && kind_ != Kind::kSet) return {};
  return value_.sequence->items;
}

const Node* Node::find(std::string_view key) const {
  if (kind_ != Kind::kDict) return nullptr;
  for (const DictEntry& entry : value_.dict->entries) {
    if (entry.key.is(Kind::kString) && entry.key.text() == key) return &entry.value;
  }
  return nullptr;
}

std::string_view to_string(Node::Kind kind) {
  switch (kind) {
    case Node::Kind::kNone:
      return "None";
    case Node::Kind::kBool:
      return "a bool";
    case Node::Kind::kInt:
    case Node::Kind::kBigInt:
      return "an int";
    case Node::Kind::kFloat:
      return "a float";
    case Node::Kind::kString:
      return "a string";
    case Node::Kind::kBytes:
      return "bytes";
    case Node::Kind::kTensor:
      return "a tensor";
    case Node::Kind::kList:
      return "a list";
    case Node::Kind::kTuple:
      return "a tuple";
    case Node::Kind::kSet:
      return "a set";
    case Node::Kind::kDict:
      return "a dict";
    case Node::Kind::kObject:
      return "an object";
    case Node::Kind::kGlobal:
      return "a class or function";
    case Node::Kind::kStorage:
      return "a storage";
  }
  return "a value";
}

}  // namespace mlpctl::state
