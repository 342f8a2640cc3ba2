#include "state/pickle/calls.hpp"

#include "mlpctl/error.hpp"
#include "state/pickle/literals.hpp"
#include "state/pickle/rebuild.hpp"
#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;

Node call_object(Arena& arena, const Global* type, const Node& args) {
  return Node(arena.object({type, args, Node(), Node()}));
}

/// From [[key, value], ...], as Python 2 pickles an OrderedDict.
void fill_from_pairs(Arena& arena, Dict& dict, const Node& pairs) {
  for (const Node& pair : pairs.items()) {
    const auto items = pair.items();
    if (items.size() != 2)
      throw Error(ErrorCode::kCorruption, "its OrderedDict is not made of pairs: it is damaged");
    check_hashable(items[0]);
    arena.append(dict, items[0], items[1]);
  }
}

Node make_dict(Arena& arena, std::span<const Node> args) {
  Dict* dict = arena.dict();
  for (const Node& arg : args) {
    if (arg.is(Kind::kDict)) {
      for (const DictEntry& entry : arg.dict().entries) {
        arena.append(*dict, entry.key, entry.value);
      }
    } else {
      fill_from_pairs(arena, *dict, arg);
    }
  }
  return Node(dict);
}

/// set(items) or frozenset(items)
Node make_set(Arena& arena, const Global& type, std::span<const Node> args) {
  Sequence* set = arena.sequence();
  for (const Node& arg : args) {
    for (const Node& item : arg.items()) {
      check_hashable(item);
      arena.append(*set, item);
    }
  }
  Node node(Kind::kSet, set);
  if (type.name == "set") node.set_unhashable();
  return node;
}

/// _codecs.encode(text, "latin1"): how protocol 2 writes bytes.
Node make_bytes(Arena& arena, const Global* type, const Node& args) {
  const auto items = args.items();
  const bool latin1 = items.size() == 2 && items[0].is(Kind::kString) &&
                      items[1].is(Kind::kString) &&
                      (items[1].text() == "latin1" || items[1].text() == "latin-1");
  if (!latin1) return call_object(arena, type, args);
  arena.charge(items[0].text().size());
  return {Kind::kBytes, arena.text(latin1_from_utf8(items[0].text()))};
}

Node make_bytearray(Arena& arena, const Global* type, const Node& args) {
  const auto items = args.items();
  Node bytes(Kind::kBytes, std::string_view());
  if (!items.empty()) {
    const bool given = items.size() == 1 && items[0].is(Kind::kBytes);
    bytes = given ? items[0] : make_bytes(arena, type, args);
  }
  bytes.set_unhashable();
  return bytes;
}

/// Whether the function may make a tensor: what is not known may, torch's own and Python's do not.
bool may_make_tensor(const Global& function) {
  const Role role = role_of(function);
  const bool python = function.module == "builtins" || function.module == "__builtin__";
  return role == Role::kTensorClass || role == Role::kRebuildWrapper ||
         (role == Role::kForeign && !python);
}

Node rebuild_from_type(Arena& arena, const Global* type, const Node& args) {
  const auto items = args.items();
  if (items.size() < 3 || !items[0].is(Kind::kGlobal) || !items[2].is(Kind::kTuple)) {
    throw Error(ErrorCode::kCorruption,
                "a tensor of a class of its own is not described as torch does: it is damaged");
  }
  const Role inner = role_of(items[0].global());
  if (is_rebuild(inner)) return rebuild(arena, inner, items[2].items());
  if (!may_make_tensor(items[0].global())) {
    throw Error(ErrorCode::kCorruption, "a tensor in it is made by " +
                                            items[0].global().full_name() +
                                            ", which makes no tensor: it is damaged");
  }
  Object object{items[1].is(Kind::kGlobal) ? &items[1].global() : type, args, Node(), Node()};
  if (items.size() > 3) object.state = items[3];
  if (inner == Role::kRebuildWrapper) object.shell = rebuild_shell(arena, items[2].items());
  return Node(arena.object(object));
}

/// copyreg._reconstructor(class, base, state): an instance of a class, as protocol 1 makes it; or
/// NumPy's _reconstruct(ndarray, shape, type).
Node reconstruct(Arena& arena, const Global* type, const Node& args) {
  const auto items = args.items();
  const bool named = !items.empty() && items[0].is(Kind::kGlobal);
  Node object = call_object(arena, named ? &items[0].global() : type, args);
  if (named && items[0].global().name == "ndarray") object.set_unhashable();
  return object;
}

Node first_or_call(Arena& arena, const Global* type, const Node& args, Kind kind) {
  const auto items = args.items();
  if (!items.empty() && items[0].is(kind)) return items[0];
  return call_object(arena, type, args);
}

Node call_global(Arena& arena, const Global* callee, const Node& args) {
  const Role role = role_of(*callee);
  if (is_rebuild(role)) return rebuild(arena, role, args.items());
  switch (role) {
    case Role::kOrderedDict:
    case Role::kCounter:
      return make_dict(arena, args.items());
    case Role::kDefaultDict:
      return make_dict(arena, args.items().subspan(args.items().empty() ? 0 : 1));
    case Role::kSet:
      return make_set(arena, *callee, args.items());
    case Role::kEncode:
      return make_bytes(arena, callee, args);
    case Role::kByteArray:
      return make_bytearray(arena, callee, args);
    case Role::kSize:
      return first_or_call(arena, callee, args, Kind::kTuple);
    case Role::kTorchScriptList:
      return args.items().empty() ? call_object(arena, callee, args) : args.items()[0];
    case Role::kTensorClass:
      return first_or_call(arena, callee, args, Kind::kTensor);
    case Role::kRebuildFromType:
      return rebuild_from_type(arena, callee, args);
    case Role::kReconstructor:
      return reconstruct(arena, callee, args);
    default:
      return call_object(arena, callee, args);
  }
}

}  // namespace

Node describe_call(Arena& arena, const Node& callee, const Node& args) {
  if (!args.is(Kind::kTuple)) {
    throw Error(ErrorCode::kCorruption,
                "its pickle calls with arguments that are no tuple: it is damaged");
  }
  if (callee.is(Kind::kGlobal)) return call_global(arena, &callee.global(), args);
  if (callee.is(Kind::kObject)) return call_object(arena, callee.object().type, args);
  throw Error(ErrorCode::kCorruption,
              "its pickle calls " + std::string(to_string(callee.kind())) + ": it is damaged");
}

}  // namespace mlpctl::state
