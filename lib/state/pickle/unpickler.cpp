#include "state/pickle/unpickler.hpp"

#include <utility>
#include <vector>

#include "state/pickle/calls.hpp"
#include "state/pickle/literals.hpp"
#include "state/pickle/rebuild.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;

std::string hex(std::uint8_t byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {'0', 'x', digits[byte >> 4U], digits[byte & 15U]};
}

/// Of a value that Python can change, which is no key.
Node changeable(Node node) {
  node.set_unhashable();
  return node;
}

void check_protocol(std::uint8_t protocol) {
  if (protocol > 5) refuse_pickle("has protocol " + std::to_string(protocol) + ", 5 is the last");
}

}  // namespace

bool is_pickle(std::span<const std::byte> bytes) {
  return bytes.size() > 2 && bytes[0] == std::byte{0x80} && bytes[1] >= std::byte{2} &&
         bytes[1] <= std::byte{5};
}

Unpickler::Unpickler(Arena& arena, GlobalTable& globals, const ReadLimits& limits,
                     PersistentLoad load, StorageLoad load_storage)
    : arena_(arena),
      globals_(globals),
      load_(std::move(load)),
      load_storage_(std::move(load_storage)),
      stack_(arena, limits.depth) {}

Node Unpickler::load(ByteReader& in) {
  stack_.clear();
  try {
    auto op = Opcode(in.number<std::uint8_t>());
    if (op == Opcode::kProto) {
      check_protocol(in.number<std::uint8_t>());
      op = Opcode(in.number<std::uint8_t>());
    }
    for (; op != Opcode::kStop; op = Opcode(in.number<std::uint8_t>())) step(in, op);
  } catch (const ByteReader::End&) {
    throw ByteReader::End("its pickle is cut off: copy or download the file again");
  }
  return stack_.result();
}

void Unpickler::step(ByteReader& in, Opcode op) {
  switch (op) {
    case Opcode::kMark:
      return stack_.mark();
    case Opcode::kPop:
      return stack_.drop();
    case Opcode::kPopMark:
      stack_.marked();
      return stack_.release();
    case Opcode::kDup:
      return stack_.push(Node(stack_.top()));
    case Opcode::kFrame:
      if (in.number<std::uint64_t>() > in.left()) throw ByteReader::End();
      return;

    case Opcode::kNone:
      return stack_.push(Node());
    case Opcode::kNewTrue:
      return stack_.push(Node(true));
    case Opcode::kNewFalse:
      return stack_.push(Node(false));
    case Opcode::kBinInt1:
      return stack_.push(Node(std::int64_t{in.number<std::uint8_t>()}));
    case Opcode::kBinInt2:
      return stack_.push(Node(std::int64_t{in.number<std::uint16_t>()}));
    case Opcode::kBinInt:
      return stack_.push(Node(std::int64_t{in.number<std::int32_t>()}));
    case Opcode::kLong1:
      return stack_.push(read_long(in, in.number<std::uint8_t>()));
    case Opcode::kLong4:
      return stack_.push(read_long(in, in.number<std::uint32_t>()));
    case Opcode::kInt:
    case Opcode::kLong:
      return stack_.push(read_decimal(arena_, in));
    case Opcode::kBinFloat:
      return stack_.push(read_float(in));
    case Opcode::kFloat:
      return stack_.push(read_float_line(in));

    case Opcode::kString:
      return stack_.push(read_quoted(arena_, in));
    case Opcode::kUnicode:
      return stack_.push(read_escaped(arena_, in));
    case Opcode::kShortBinUnicode:
      return stack_.push(read_text(in, in.number<std::uint8_t>()));
    case Opcode::kBinUnicode:
      return stack_.push(read_text(in, in.number<std::uint32_t>()));
    case Opcode::kBinUnicode8:
      return stack_.push(read_text(in, in.number<std::uint64_t>()));
    case Opcode::kShortBinString:
      return stack_.push(read_python2_string(in, in.number<std::uint8_t>()));
    case Opcode::kBinString:
      return stack_.push(read_python2_string(in, in.number<std::uint32_t>()));
    case Opcode::kShortBinBytes:
      return stack_.push(read_bytes(in, in.number<std::uint8_t>()));
    case Opcode::kBinBytes:
      return stack_.push(read_bytes(in, in.number<std::uint32_t>()));
    case Opcode::kBinBytes8:
      return stack_.push(read_bytes(in, in.number<std::uint64_t>()));
    case Opcode::kByteArray8:
      return stack_.push(changeable(read_bytes(in, in.number<std::uint64_t>())));

    case Opcode::kEmptyTuple:
      return stack_.push(sequence(Kind::kTuple, {}));
    case Opcode::kTuple1:
      return stack_.push(tuple(1));
    case Opcode::kTuple2:
      return stack_.push(tuple(2));
    case Opcode::kTuple3:
      return stack_.push(tuple(3));
    case Opcode::kTuple:
      return stack_.push(sequence(Kind::kTuple, stack_.take_marked()));
    case Opcode::kFrozenSet:
      return stack_.push(frozen_set());
    case Opcode::kEmptyList:
      return stack_.push(sequence(Kind::kList, {}));
    case Opcode::kList:
      return stack_.push(sequence(Kind::kList, stack_.take_marked()));
    case Opcode::kAppend: {
      const Node item = stack_.pop();
      return append_items({&item, 1});
    }
    case Opcode::kAppends:
      return append_items(stack_.take_marked());
    case Opcode::kEmptySet:
      return stack_.push(changeable(sequence(Kind::kSet, {})));
    case Opcode::kAddItems:
      return add_items(stack_.take_marked());
    case Opcode::kEmptyDict:
      return stack_.push(Node(arena_.dict()));
    case Opcode::kDict:
      return stack_.push(dict());
    case Opcode::kSetItem: {
      const Node value = stack_.pop(), key = stack_.pop();
      const Node pair[] = {key, value};
      return set_items(pair);
    }
    case Opcode::kSetItems:
      return set_items(stack_.take_marked());

    case Opcode::kPut:
      return stack_.put(read_index(in));
    case Opcode::kGet:
      return stack_.get(read_index(in));
    case Opcode::kBinPut:
      return stack_.put(in.number<std::uint8_t>());
    case Opcode::kLongBinPut:
      return stack_.put(in.number<std::uint32_t>());
    case Opcode::kMemoize:
      return stack_.memoize();
    case Opcode::kBinGet:
      return stack_.get(in.number<std::uint8_t>());
    case Opcode::kLongBinGet:
      return stack_.get(in.number<std::uint32_t>());

    case Opcode::kGlobal:
      return stack_.push(global(in));
    case Opcode::kStackGlobal:
      return stack_.push(stack_global());
    case Opcode::kReduce:
      return stack_.push(reduce());
    case Opcode::kNewObj:
      return stack_.push(new_object());
    case Opcode::kNewObjEx:
      return stack_.push(new_object_with_keywords());
    case Opcode::kInst:
      return stack_.push(instance(in));
    case Opcode::kObj:
      return stack_.push(marked_object());
    case Opcode::kBuild:
      return build();
    case Opcode::kBinPersId:
      return stack_.push(persistent());

    case Opcode::kProto:
    case Opcode::kStop:
      break;
  }
  refuse_pickle("has opcode " + hex(static_cast<std::uint8_t>(op)) + ", which no state file needs");
}

Node Unpickler::sequence(Kind kind, std::span<const Node> items) {
  Sequence* sequence = arena_.sequence();
  bool hashable = true;
  for (const Node& item : items) {
    arena_.append(*sequence, item);
    hashable = hashable && item.is_hashable();
  }
  Node node(kind, sequence);
  if (!hashable) node.set_unhashable();
  return node;
}

Node Unpickler::frozen_set() {
  const Node set = sequence(Kind::kSet, stack_.take_marked());
  for (const Node& item : set.items()) check_hashable(item);
  return set;
}

Node Unpickler::dict() {
  const auto pairs = stack_.take_marked();
  stack_.push(Node(arena_.dict()));
  set_items(pairs);
  return stack_.pop();
}

Node Unpickler::tuple(std::size_t count) {
  Node items[3];
  for (std::size_t i = count; i-- > 0;) items[i] = stack_.pop();
  return sequence(Kind::kTuple, {items, count});
}

void Unpickler::append_items(std::span<const Node> items) {
  Node& target = stack_.top();
  if (target.is(Kind::kObject)) {
    Node& list = target.object().items;
    if (list.is_none()) list = Node(Kind::kList, arena_.sequence());
    if (!list.is(Kind::kList)) refuse_pickle("appends to what is no list");
    for (const Node& item : items) arena_.append(list.sequence(), item);
    return;
  }
  if (!target.is(Kind::kList)) refuse_pickle("appends to what is no list");
  for (const Node& item : items) arena_.append(target.sequence(), item);
}

void Unpickler::set_items(std::span<const Node> pairs) {
  if (pairs.size() % 2 != 0) refuse_pickle("sets a key without a value");
  Node target = stack_.top();
  if (target.is(Kind::kObject)) {
    Node& dict = target.object().items;
    if (dict.is_none()) dict = Node(arena_.dict());
    target = dict;
  }
  if (!target.is(Kind::kDict)) refuse_pickle("sets a key of what is no dict");
  const bool checked = stack_.top().is(Kind::kDict);
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    if (checked) check_hashable(pairs[i]);
    arena_.append(target.dict(), pairs[i], pairs[i + 1]);
  }
}

void Unpickler::add_items(std::span<const Node> items) {
  Node& target = stack_.top();
  if (!target.is(Kind::kSet)) refuse_pickle("adds to what is no set");
  for (const Node& item : items) {
    check_hashable(item);
    arena_.append(target.sequence(), item);
  }
}

Node Unpickler::global(ByteReader& in) {
  const std::string_view module = take_line(in);
  return Node(globals_.get(module, take_line(in)));
}

Node Unpickler::stack_global() {
  const Node name = stack_.pop(), module = stack_.pop();
  if (!name.is(Kind::kString) || !module.is(Kind::kString)) {
    refuse_pickle("names a class by no text");
  }
  return Node(globals_.get(module.text(), name.text()));
}

Node Unpickler::new_object() {
  const Node args = stack_.pop(), type = stack_.pop();
  return make_object(type, args);
}

/// type.__new__(type, *args, **keywords): the keywords stand behind the other arguments.
Node Unpickler::new_object_with_keywords() {
  const Node keywords = stack_.pop(), args = stack_.pop(), type = stack_.pop();
  if (!keywords.is(Kind::kDict) || !args.is(Kind::kTuple)) {
    refuse_pickle("makes an object of no class");
  }
  if (keywords.dict().entries.empty()) return make_object(type, args);
  std::vector<Node> all(args.items().begin(), args.items().end());
  all.push_back(keywords);
  return make_object(type, sequence(Kind::kTuple, all));
}

Node Unpickler::make_object(const Node& type, const Node& args) {
  if (!type.is(Kind::kGlobal) || !args.is(Kind::kTuple)) {
    refuse_pickle("makes an object of no class");
  }
  const Role role = role_of(type.global());
  const bool plain = role == Role::kOrderedDict || role == Role::kTensorClass;
  if (plain) return describe_call(arena_, type, args);
  return Node(arena_.object({&type.global(), args, Node(), Node()}));
}

/// An instance of an old class of Python 2, as protocols 0 and 1 write it.
Node Unpickler::instance(ByteReader& in) {
  const Node type = global(in);
  return describe_call(arena_, type, sequence(Kind::kTuple, stack_.take_marked()));
}

Node Unpickler::marked_object() {
  const auto items = stack_.take_marked();
  if (items.empty()) refuse_pickle("makes an object of no class");
  return describe_call(arena_, items[0], sequence(Kind::kTuple, std::span(items).subspan(1)));
}

Node Unpickler::reduce() {
  const Node args = stack_.pop(), callee = stack_.pop();
  const Role role = callee.is(Kind::kGlobal) ? role_of(callee.global()) : Role::kForeign;
  if (role == Role::kGetAttribute) return attribute(callee, args);
  const bool bytes = args.items().size() == 1 &&
                     (args.items()[0].is(Kind::kBytes) || args.items()[0].is(Kind::kString));
  if (role == Role::kLoadFromBytes && load_storage_ && bytes) {
    const auto storage = load_storage_(as_byte_span(args.items()[0].text()));
    if (storage) return *storage;
  }
  return describe_call(arena_, callee, args);
}

/// getattr(class, name) is how protocols below 4 name a class or function inside a class;
/// getattr(object, name) is a method.
Node Unpickler::attribute(const Node& callee, const Node& args) {
  const auto items = args.items();
  const bool named = items.size() == 2 && items[1].is(Kind::kString) && !items[1].text().empty();
  if (!named || !items[0].is(Kind::kGlobal)) return describe_call(arena_, callee, args);
  const Global& owner = items[0].global();
  const std::string path = std::string(owner.name) + "." + std::string(items[1].text());
  return Node(globals_.get(owner.module, arena_.text(path)));
}

void Unpickler::build() {
  const Node state = stack_.pop();
  const Node& target = stack_.top();
  switch (target.kind()) {
    case Kind::kObject:
      target.object().state = state;
      return;
    case Kind::kDict:
      target.dict().attributes = state;
      return;
    case Kind::kTensor:
      return check_tensor_state(state);
    default:
      refuse_pickle("gives attributes to " + std::string(to_string(target.kind())));
  }
}

Node Unpickler::persistent() {
  const Node id = stack_.pop();
  if (!load_) refuse_pickle("refers to a storage outside");
  return load_(id);
}

}  // namespace mlpctl::state
