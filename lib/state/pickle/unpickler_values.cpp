#include <algorithm>
#include <charconv>

#include "mlpctl/error.hpp"
#include "state/pickle/calls.hpp"
#include "state/pickle/rebuild.hpp"
#include "state/pickle/unpickler.hpp"
#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;
constexpr std::size_t kMaxName = 512, kMaxLong = 255, kMemoBytes = 64, kGlobalBytes = 256;

/// What Python could import; text-mode copies leave a CR behind each line.
bool is_importable(std::string_view name) {
  const auto is_control = [](char c) {
    return static_cast<unsigned char>(c) < 0x20 || static_cast<unsigned char>(c) == 0x7F;
  };
  return !name.empty() && std::ranges::none_of(name, is_control) && is_utf8(name);
}

bool is_getattr(const Global& global) {
  return role_of(global) == Role::kGetAttribute;
}

}  // namespace

void refuse_pickle(const std::string& what) {
  throw Error("its pickle " + what + ": the file is damaged or was not made by torch.save");
}

std::string_view take_line(ByteReader& in) {
  constexpr std::size_t kMaxLine = 4096;
  const std::size_t begin = in.position();
  const std::string_view ahead = in.text(std::min(in.left(), kMaxLine));
  const std::size_t length = ahead.find('\n');
  if (length == std::string_view::npos) refuse_pickle("has a line without an end");
  in.seek(begin + length + 1);
  return ahead.substr(0, length);
}

const Global* GlobalTable::get(std::string_view module, std::string_view name) {
  if (module.size() > kMaxName || name.size() > kMaxName) refuse_pickle("names a class too long");
  if (!is_importable(module) || !is_importable(name)) {
    refuse_pickle("names a class by what is no name");
  }
  const auto found = known_.find({module, name});
  if (found != known_.end()) return found->second;
  arena_.charge(kGlobalBytes);
  Global* global = arena_.global(make_global(module, name));
  known_.emplace(std::pair(module, name), global);
  order_.push_back(global);
  return global;
}

void GlobalTable::condemn(const Global& global) {
  known_.at({global.module, global.name})->role = static_cast<std::uint8_t>(Role::kDangerous);
}

void Unpickler::push_text(ByteReader& in, std::uint64_t size) {
  const std::string_view text = in.text(size);
  if (!is_utf8(text)) refuse_pickle("holds a text that is not UTF-8");
  push({Kind::kString, text});
}

/// Python 2 wrote texts and bytes alike.
void Unpickler::push_python2_string(ByteReader& in, std::uint64_t size) {
  const std::string_view text = in.text(size);
  push({is_utf8(text) ? Kind::kString : Kind::kBytes, text});
}

/// Two's complement, least significant byte first.
void Unpickler::push_long(ByteReader& in, std::uint64_t size) {
  if (size > kMaxLong) refuse_pickle("holds a number of " + std::to_string(size) + " bytes");
  const auto bytes = in.take(size);
  if (size > sizeof(std::int64_t)) return push({Kind::kBigInt, as_text(bytes)});
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    value |= static_cast<std::uint64_t>(bytes[i]) << (8 * i);
  }
  const bool negative = size > 0 && (bytes.back() & std::byte{0x80}) != std::byte{};
  if (negative && size < sizeof value) value |= ~std::uint64_t{0} << (8 * size);
  push(Node(static_cast<std::int64_t>(value)));
}

/// "12", "12L"; "00" and "01" are False and True. Wider than 64 bits it stays as its digits.
void Unpickler::push_decimal(ByteReader& in) {
  std::string_view line = take_line(in);
  if (line == "00" || line == "01") return push(Node(line == "01"));
  if (line.ends_with('L')) line.remove_suffix(1);
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(line.data(), line.data() + line.size(), value);
  if (error == std::errc::result_out_of_range) return push({Kind::kBigInt, line});
  if (error != std::errc() || end != line.data() + line.size())
    refuse_pickle("holds a broken number");
  push(Node(value));
}

void Unpickler::push_sequence(Kind kind, std::span<const Node> items) {
  Sequence* sequence = arena_.sequence();
  for (const Node& item : items) arena_.append(*sequence, item);
  push({kind, sequence});
}

void Unpickler::push_tuple(std::size_t count) {
  Node items[3];
  for (std::size_t i = count; i-- > 0;) items[i] = pop();
  push_sequence(Kind::kTuple, {items, count});
}

void Unpickler::push_global(std::string_view module, std::string_view name) {
  push(Node(globals_.get(module, name)));
}

void Unpickler::put(std::uint32_t index) {
  const Node node = top();
  if (memo_.insert_or_assign(index, node).second) arena_.charge(kMemoBytes);
}

void Unpickler::get(std::uint32_t index) {
  const auto found = memo_.find(index);
  if (found == memo_.end()) refuse_pickle("refers to a value that it does not hold");
  push(found->second);
}

void Unpickler::append_items(std::span<const Node> items) {
  Node& target = top();
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
  Node target = top();
  if (target.is(Kind::kObject)) {
    Node& dict = target.object().items;
    if (dict.is_none()) dict = Node(arena_.dict());
    target = dict;
  }
  if (!target.is(Kind::kDict)) refuse_pickle("sets a key of what is no dict");
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    arena_.append(target.dict(), pairs[i], pairs[i + 1]);
  }
}

void Unpickler::add_items(std::span<const Node> items) {
  Node& target = top();
  if (!target.is(Kind::kSet)) refuse_pickle("adds to what is no set");
  for (const Node& item : items) arena_.append(target.sequence(), item);
}

void Unpickler::stack_global() {
  const Node name = pop(), module = pop();
  if (!name.is(Kind::kString) || !module.is(Kind::kString))
    refuse_pickle("names a class by no text");
  push_global(module.text(), name.text());
}

void Unpickler::new_object() {
  const Node args = pop(), type = pop();
  if (!type.is(Kind::kGlobal) || !args.is(Kind::kTuple))
    refuse_pickle("makes an object of no class");
  const Role role = role_of(type.global());
  const bool plain = role == Role::kOrderedDict || role == Role::kTensorClass;
  push(plain ? describe_call(arena_, type, args)
             : Node(arena_.object({&type.global(), args, Node(), Node()})));
}

void Unpickler::reduce() {
  const Node args = pop(), callee = pop();
  const bool attribute_of = callee.is(Kind::kGlobal) && is_getattr(callee.global());
  push(attribute_of ? attribute(callee, args) : describe_call(arena_, callee, args));
  // Python's pickler calls no method that it looked up; who does so reaches for a function.
  const Global* type = callee.is(Kind::kObject) ? callee.object().type : nullptr;
  if (type != nullptr && is_getattr(*type)) globals_.condemn(*type);
}

/// getattr(class, name) is how protocols below 4 name a class or function inside a class, and is
/// judged by its full name as protocol 4's dotted names are; getattr(object, name) is a method.
Node Unpickler::attribute(const Node& callee, const Node& args) {
  const auto items = args.items();
  const bool named = items.size() == 2 && items[1].is(Kind::kString) && !items[1].text().empty();
  if (named && items[0].is(Kind::kGlobal)) {
    const Global& owner = items[0].global();
    const std::string path = std::string(owner.name) + "." + std::string(items[1].text());
    return Node(globals_.get(owner.module, arena_.text(path)));
  }
  if (!named || !is_plain_attribute(items[1].text())) globals_.condemn(callee.global());
  return describe_call(arena_, callee, args);
}

void Unpickler::build() {
  const Node state = pop();
  const Node& target = top();
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
      refuse_pickle("gives attributes to " + std::string(kind_name(target.kind())));
  }
}

void Unpickler::persistent() {
  const Node id = pop();
  if (!load_) refuse_pickle("refers to a storage outside");
  push(load_(id));
}

}  // namespace mlpctl::state
