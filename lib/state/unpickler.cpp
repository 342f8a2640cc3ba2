#include "state/unpickler.hpp"

#include <bit>
#include <charconv>

#include "base/error.hpp"
#include "state/calls.hpp"
#include "state/opcodes.hpp"
#include "state/rebuild.hpp"
#include "state/utf8.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;
constexpr std::size_t kMaxName = 512, kMaxLine = 4096, kMaxLong = 255;
constexpr std::size_t kMemoBytes = 64, kGlobalBytes = 256;

[[noreturn]] void refuse(const std::string& what) {
  throw Error("its pickle " + what + ": the file is damaged or was not made by torch.save");
}

/// A line of a text opcode, without its newline.
std::string_view take_line(ByteReader& in) {
  const std::size_t begin = in.position();
  const std::string_view ahead = in.text(std::min(in.left(), kMaxLine));
  const std::size_t length = ahead.find('\n');
  if (length == std::string_view::npos) refuse("has a line without an end");
  in.seek(begin + length + 1);
  return ahead.substr(0, length);
}

std::string hex(std::uint8_t byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {'0', 'x', digits[byte >> 4U], digits[byte & 15U]};
}

}  // namespace

const Global* GlobalTable::get(std::string_view module, std::string_view name) {
  if (module.size() > kMaxName || name.size() > kMaxName) refuse("names a class too long");
  const auto found = known_.find({module, name});
  if (found != known_.end()) return found->second;
  arena_.charge(kGlobalBytes);
  const Global* global = arena_.global(make_global(module, name));
  known_.emplace(std::pair(module, name), global);
  order_.push_back(global);
  return global;
}

Unpickler::Unpickler(Arena& arena, GlobalTable& globals, const ReadLimits& limits,
                     PersistentLoad load)
    : arena_(arena), globals_(globals), max_marks_(limits.depth), load_(std::move(load)) {}

Node Unpickler::load(ByteReader& in) {
  stack_.clear();
  marks_.clear();
  memo_.clear();
  try {
    bool first = true;
    for (auto op = in.number<std::uint8_t>(); op != op::kStop; op = in.number<std::uint8_t>()) {
      if (op == op::kProto && first) {
        const auto protocol = in.number<std::uint8_t>();
        if (protocol > 5) refuse("has protocol " + std::to_string(protocol) + ", 5 is the last");
      } else if (!step(in, op)) {
        refuse("has opcode " + hex(op) + ", which no state file needs");
      }
      first = false;
    }
  } catch (const ByteReader::End&) {
    throw ByteReader::End("its pickle is cut off: copy or download the file again");
  }
  if (stack_.size() != 1 || !marks_.empty()) refuse("does not end with one value");
  return stack_.back();
}

bool Unpickler::step(ByteReader& in, std::uint8_t op) {
  switch (op) {
    case op::kMark:
      if (marks_.size() >= max_marks_) refuse("is nested too deep");
      marks_.push_back(stack_.size());
      return true;
    case op::kFrame: {
      const auto size = in.number<std::uint64_t>();
      if (size > in.left()) throw ByteReader::End("frame");
      return true;
    }
    case op::kNone:
      push(Node());
      return true;
    case op::kNewTrue:
      push(Node(true));
      return true;
    case op::kNewFalse:
      push(Node(false));
      return true;
    default:
      return step_number(in, op) || step_text(in, op) || step_container(op) || step_memo(in, op) ||
             step_object(in, op);
  }
}

bool Unpickler::step_number(ByteReader& in, std::uint8_t op) {
  switch (op) {
    case op::kBinInt1:
      push(Node(std::int64_t{in.number<std::uint8_t>()}));
      return true;
    case op::kBinInt2:
      push(Node(std::int64_t{in.number<std::uint16_t>()}));
      return true;
    case op::kBinInt:
      push(Node(std::int64_t{in.number<std::int32_t>()}));
      return true;
    case op::kLong1:
      push_long(in, in.number<std::uint8_t>());
      return true;
    case op::kLong4:
      push_long(in, in.number<std::uint32_t>());
      return true;
    case op::kInt:
    case op::kLong:
      push_decimal(in);
      return true;
    case op::kBinFloat: {
      // The one number of a pickle that is big-endian.
      const auto bits = __builtin_bswap64(in.number<std::uint64_t>());
      push(Node(std::bit_cast<double>(bits)));
      return true;
    }
    default:
      return false;
  }
}

bool Unpickler::step_text(ByteReader& in, std::uint8_t op) {
  switch (op) {
    case op::kShortBinUnicode:
      push_text(in, in.number<std::uint8_t>());
      return true;
    case op::kBinUnicode:
      push_text(in, in.number<std::uint32_t>());
      return true;
    case op::kBinUnicode8:
      push_text(in, in.number<std::uint64_t>());
      return true;
    case op::kShortBinString:
      push_python2_string(in, in.number<std::uint8_t>());
      return true;
    case op::kBinString:
      push_python2_string(in, in.number<std::uint32_t>());
      return true;
    case op::kShortBinBytes:
      push({Kind::kBytes, in.text(in.number<std::uint8_t>())});
      return true;
    case op::kBinBytes:
      push({Kind::kBytes, in.text(in.number<std::uint32_t>())});
      return true;
    case op::kBinBytes8:
    case op::kByteArray8:
      push({Kind::kBytes, in.text(in.number<std::uint64_t>())});
      return true;
    default:
      return false;
  }
}

bool Unpickler::step_container(std::uint8_t op) {
  switch (op) {
    case op::kEmptyTuple:
      push_sequence(Kind::kTuple, {});
      return true;
    case op::kTuple1:
      push_tuple(1);
      return true;
    case op::kTuple2:
      push_tuple(2);
      return true;
    case op::kTuple3:
      push_tuple(3);
      return true;
    case op::kEmptyList:
      push_sequence(Kind::kList, {});
      return true;
    case op::kEmptySet:
      push_sequence(Kind::kSet, {});
      return true;
    case op::kEmptyDict:
      push(Node(arena_.dict()));
      return true;
    case op::kTuple:
    case op::kFrozenSet: {
      Sequence* sequence = arena_.sequence();
      for (const Node& item : marked()) arena_.append(*sequence, item);
      release();
      push({op == op::kTuple ? Kind::kTuple : Kind::kSet, sequence});
      return true;
    }
    case op::kAppend: {
      const Node item = pop();
      append_items({&item, 1});
      return true;
    }
    case op::kSetItem: {
      const Node value = pop(), key = pop();
      const Node pair[] = {key, value};
      set_items(pair);
      return true;
    }
    case op::kAppends:
    case op::kSetItems:
    case op::kAddItems: {
      const auto items = marked();
      const std::vector<Node> taken(items.begin(), items.end());
      release();
      if (op == op::kAppends) append_items(taken);
      if (op == op::kSetItems) set_items(taken);
      if (op == op::kAddItems) add_items(taken);
      return true;
    }
    default:
      return false;
  }
}

bool Unpickler::step_memo(ByteReader& in, std::uint8_t op) {
  switch (op) {
    case op::kBinPut:
      put(in.number<std::uint8_t>());
      return true;
    case op::kLongBinPut:
      put(in.number<std::uint32_t>());
      return true;
    case op::kMemoize:
      put(static_cast<std::uint32_t>(memo_.size()));
      return true;
    case op::kBinGet:
      get(in.number<std::uint8_t>());
      return true;
    case op::kLongBinGet:
      get(in.number<std::uint32_t>());
      return true;
    default:
      return false;
  }
}

bool Unpickler::step_object(ByteReader& in, std::uint8_t op) {
  switch (op) {
    case op::kGlobal: {
      const std::string_view module = take_line(in);
      push_global(module, take_line(in));
      return true;
    }
    case op::kStackGlobal:
      stack_global();
      return true;
    case op::kReduce:
      reduce();
      return true;
    case op::kNewObj:
      new_object();
      return true;
    case op::kBuild:
      build();
      return true;
    case op::kBinPersId:
      persistent();
      return true;
    default:
      return false;
  }
}

void Unpickler::push(Node node) {
  stack_.push_back(node);
  if (stack_.size() > high_water_) {
    high_water_ = stack_.size();
    arena_.charge(2 * sizeof(Node));
  }
}

Node Unpickler::pop() {
  const Node node = top();
  stack_.pop_back();
  return node;
}

Node& Unpickler::top() {
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back())) refuse("takes from an empty stack");
  return stack_.back();
}

std::span<const Node> Unpickler::marked() const {
  if (marks_.empty()) refuse("closes what it did not open");
  return std::span(stack_).subspan(marks_.back());
}

void Unpickler::release() {
  stack_.resize(marks_.back());
  marks_.pop_back();
}

void Unpickler::push_text(ByteReader& in, std::uint64_t size) {
  const std::string_view text = in.text(size);
  if (!is_utf8(text)) refuse("holds a text that is not UTF-8");
  push({Kind::kString, text});
}

/// Python 2 wrote texts and bytes alike.
void Unpickler::push_python2_string(ByteReader& in, std::uint64_t size) {
  const std::string_view text = in.text(size);
  push({is_utf8(text) ? Kind::kString : Kind::kBytes, text});
}

/// Two's complement, least significant byte first.
void Unpickler::push_long(ByteReader& in, std::uint64_t size) {
  if (size > kMaxLong) refuse("holds a number of " + std::to_string(size) + " bytes");
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
  if (error != std::errc() || end != line.data() + line.size()) refuse("holds a broken number");
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
  if (found == memo_.end()) refuse("refers to a value that it does not hold");
  push(found->second);
}

void Unpickler::append_items(std::span<const Node> items) {
  Node& target = top();
  if (target.is(Kind::kObject)) {
    Node& list = target.object().items;
    if (list.is_none()) list = Node(Kind::kList, arena_.sequence());
    if (!list.is(Kind::kList)) refuse("appends to what is no list");
    for (const Node& item : items) arena_.append(list.sequence(), item);
    return;
  }
  if (!target.is(Kind::kList)) refuse("appends to what is no list");
  for (const Node& item : items) arena_.append(target.sequence(), item);
}

void Unpickler::set_items(std::span<const Node> pairs) {
  if (pairs.size() % 2 != 0) refuse("sets a key without a value");
  Node target = top();
  if (target.is(Kind::kObject)) {
    Node& dict = target.object().items;
    if (dict.is_none()) dict = Node(arena_.dict());
    target = dict;
  }
  if (!target.is(Kind::kDict)) refuse("sets a key of what is no dict");
  for (std::size_t i = 0; i < pairs.size(); i += 2) {
    arena_.append(target.dict(), pairs[i], pairs[i + 1]);
  }
}

void Unpickler::add_items(std::span<const Node> items) {
  Node& target = top();
  if (!target.is(Kind::kSet)) refuse("adds to what is no set");
  for (const Node& item : items) arena_.append(target.sequence(), item);
}

void Unpickler::stack_global() {
  const Node name = pop(), module = pop();
  if (!name.is(Kind::kString) || !module.is(Kind::kString)) refuse("names a class by no text");
  push_global(module.text(), name.text());
}

void Unpickler::new_object() {
  const Node args = pop(), type = pop();
  if (!type.is(Kind::kGlobal) || !args.is(Kind::kTuple)) refuse("makes an object of no class");
  const bool dict = role_of(type.global()) == Role::kOrderedDict;
  push(dict ? describe_call(arena_, type, args)
            : Node(arena_.object({&type.global(), args, Node(), Node()})));
}

void Unpickler::reduce() {
  const Node args = pop(), callee = pop();
  push(describe_call(arena_, callee, args));
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
      refuse("gives attributes to " + std::string(kind_name(target.kind())));
  }
}

void Unpickler::persistent() {
  const Node id = pop();
  if (!load_) refuse("refers to a storage outside");
  push(load_(id));
}

}  // namespace mlpctl::state
