// The opcodes of a pickle, as pickletools lists them, on a stack of ScanValues.
#include <algorithm>
#include <charconv>
#include <cstring>

#include "state/value/escapes.hpp"
#include "state/verdict/pickle_scan.hpp"

namespace mlpctl::state {
namespace {

constexpr std::uint8_t kLastProtocol = 5;
/// Of stack, memo and records; a pickle may cost more only where its file is larger itself.
constexpr std::size_t kBudget = std::size_t{112} << 20U, kBudgetPerByte = 7;
constexpr std::size_t kMostSparse = 400'000, kMostStorages = 1'000'000;

struct Broken : std::runtime_error {
  using std::runtime_error::runtime_error;
};
struct TooLarge : std::exception {};

/// The opcodes that torch._weights_only_unpickler has.
bool is_plain_opcode(std::uint8_t op) {
  constexpr std::string_view plain("c\x81Rbaesu(t\x85\x86\x87N\x89\x88)]}\x8FJKMGXUQhjqr\x8A\x80.");
  return plain.find(static_cast<char>(op)) != plain.npos;
}

bool is_number(std::string_view line, std::string_view letters) {
  const auto allowed = [&](char c) {
    return (c >= '0' && c <= '9') || letters.find(c) != letters.npos;
  };
  return !line.empty() && std::ranges::all_of(line, allowed);
}

}  // namespace

PickleScan::PickleScan(Findings& findings, std::size_t file_bytes, Nested nested)
    : findings_(findings),
      nested_(std::move(nested)),
      in_({}),
      budget_(std::max(kBudget, file_bytes * kBudgetPerByte)) {}

PickleScan::Result PickleScan::run(std::span<const std::byte> bytes, std::size_t from,
                                   bool lenient) {
  bytes_ = bytes;
  in_ = ByteReader(bytes, from);
  at_ = from;
  lenient_ = lenient;
  result_ = Result{};
  stack_.clear();
  marks_.clear();
  memo_.clear();
  sparse_memo_.clear();
  pool_.clear();
  globals_.clear();
  known_.clear();
  texts_.clear();
  text_bytes_ = 0;
  nested_seen_.clear();
  try {
    follow();
    result_.ending = Ending::kStop;
  } catch (const Broken& broken) {
    result_.why = broken.what();
  } catch (const ByteReader::End&) {
    result_.why = "is cut off";
  } catch (const TooLarge&) {
    result_.ending = Ending::kTooLarge;
  }
  result_.end = result_.ending == Ending::kStop ? in_.position() : at_;
  return result_;
}

void PickleScan::follow() {
  constexpr std::uint64_t kCheckEvery = 1024;
  for (;;) {
    at_ = in_.position();
    const auto op = in_.number<std::uint8_t>();
    if (++result_.cost % kCheckEvery == 0) check_size();
    if (op == '.') break;
    if (!is_plain_opcode(op)) result_.plain_opcodes = false;
    step(op);
  }
  pop();
}

void PickleScan::check_size() const {
  const std::size_t values = stack_.size() + memo_.size() + pool_.size() + marks_.size();
  if (values * sizeof(ScanValue) + text_bytes_ > budget_) throw TooLarge{};
  if (sparse_memo_.size() > kMostSparse) throw TooLarge{};
}

void PickleScan::step(std::uint8_t op) {
  switch (op) {
    case 0x80:  // PROTO
      if (in_.number<std::uint8_t>() > kLastProtocol) throw Broken{"has an unknown protocol"};
      return;
    case 0x95:  // FRAME
      if (in_.number<std::uint64_t>() > in_.left()) throw ByteReader::End();
      return;
    case '(':
      return marks_.push_back(static_cast<std::uint32_t>(stack_.size()));
    case '0':  // POP
      if (!marks_.empty() && marks_.back() == stack_.size()) return marks_.pop_back();
      pop();
      return;
    case '1':  // POP_MARK
      return stack_.resize(take_mark());
    case '2':  // DUP
      return push(top());

    case 't':
      return push(tuple_from(take_mark()));
    case ')':
    case 0x85:
    case 0x86:
    case 0x87:
      return tuple(op == ')' ? 0 : op - 0x84U);
    case ']':
    case '}':
    case 0x8F:  // EMPTY_SET
      return push(pool_.container(ScanPool::kNone));
    case 'l':
    case 'd':
    case 0x91: {  // LIST, DICT, FROZENSET
      const std::size_t from = take_mark();
      const ScanValue made = pool_.container(ScanPool::kNone);
      stack_.insert(stack_.begin() + static_cast<std::ptrdiff_t>(from), made);
      return op == 'd' ? fill_pairs(from + 1) : fill(from + 1);
    }
    case 'a':
      return fill(stack_.size() - std::min<std::size_t>(stack_.size(), 1));
    case 'e':
    case 0x90:  // APPENDS, ADDITEMS
      return fill(take_mark());
    case 's':
      return fill_pairs(stack_.size() - std::min<std::size_t>(stack_.size(), 2));
    case 'u':
      return fill_pairs(take_mark());

    case 'q':
      return put(in_.number<std::uint8_t>());
    case 'r':
      return put(in_.number<std::uint32_t>());
    case 'p':
      return put(decimal());
    case 0x94:  // MEMOIZE
      return put(memo_.size() + sparse_memo_.size());
    case 'h':
      return get(in_.number<std::uint8_t>());
    case 'j':
      return get(in_.number<std::uint32_t>());
    case 'g':
      return get(decimal());

    case 'c': {
      std::string module(line());
      return push(global(std::move(module), std::string(line())));
    }
    case 0x93: {  // STACK_GLOBAL
      const ScanValue name = pop(), module = pop();
      return push(stack_global(module, name));
    }
    case 0x82:
      in_.take(1);
      return push(computed_global(true));
    case 0x83:
      in_.take(2);
      return push(computed_global(true));
    case 0x84:  // EXT1, EXT2, EXT4
      in_.take(4);
      return push(computed_global(true));
    case 'i': {  // INST
      std::string module(line());
      const ScanValue type = global(std::move(module), std::string(line()));
      return push(call(type, tuple_from(take_mark())));
    }
    case 'o': {  // OBJ
      const std::size_t from = take_mark();
      if (from == stack_.size()) throw Broken{"makes an object of no class"};
      const ScanValue type = stack_[from], args = tuple_from(from + 1);
      stack_.resize(from);
      return push(call(type, args));
    }
    case 'R': {
      const ScanValue args = pop(), callee = pop();
      return push(call(callee, args));
    }
    case 0x81: {  // NEWOBJ
      const ScanValue args = pop(), type = pop();
      return push(make(type, args, !args.is(Kind::kTuple) || pool_.count(args) > 0));
    }
    case 0x92: {  // NEWOBJ_EX
      const ScanValue keywords = pop(), args = pop(), type = pop();
      const std::uint32_t tainted = taint(keywords);
      if (tainted != ScanPool::kNone && args.is(Kind::kTuple)) pool_.taint(args, tainted);
      return push(make(type, args, true));
    }
    case 'b': {
      const ScanValue state = pop();
      return build(top(), state);
    }
    case 'Q':
      return persistent(pop());
    default:
      return simple_value(op);
  }
}

void PickleScan::simple_value(std::uint8_t op) {
  switch (op) {
    case 'N':
    case 0x88:
    case 0x89:
      return push({});
    case 'K':
      return number(in_.number<std::uint8_t>());
    case 'M':
      return number(in_.number<std::uint16_t>());
    case 'J':
      return number(in_.number<std::uint32_t>());
    case 0x8A: {
      const auto digits = in_.take(in_.number<std::uint8_t>());
      std::uint64_t value = 0;
      std::memcpy(&value, digits.data(), std::min(digits.size(), sizeof value));
      return number(digits.size() > sizeof value ? 0 : value);
    }
    case 0x8B: {
      const auto size = in_.number<std::int32_t>();
      if (size < 0) throw Broken{"has a number of negative length"};
      in_.take(static_cast<std::uint32_t>(size));
      return push({});
    }
    case 'G':
      in_.take(8);
      return push({});
    case 'I':
      if (!is_number(line(), "+-xXobOBabcdefABCDEF_ ")) throw Broken{"has a broken number"};
      return push({});
    case 'L':
      if (!is_number(line(), "+-xXobOBabcdefABCDEF_ L")) throw Broken{"has a broken number"};
      return push({});
    case 'F':
      if (!is_number(line(), "+-._eEnaifty ")) throw Broken{"has a broken number"};
      return push({});
    case 'P':
      line();
      return push({});

    case 'S':
      return quoted_text();
    case 'V':
      return escaped_text();
    case 'U':
    case 0x8C:
      return text(in_.number<std::uint8_t>(), Kind::kText);
    case 'T':
    case 'X':
      return text(in_.number<std::uint32_t>(), Kind::kText);
    case 0x8D:
      return text(in_.number<std::uint64_t>(), Kind::kText);
    case 'C':
      return text(in_.number<std::uint8_t>(), Kind::kBytes);
    case 'B':
      return text(in_.number<std::uint32_t>(), Kind::kBytes);
    case 0x8E:
    case 0x96:  // BINBYTES8, BYTEARRAY8
      return text(in_.number<std::uint64_t>(), Kind::kBytes);
    case 0x97:  // NEXT_BUFFER
      return push({});
    case 0x98:  // READONLY_BUFFER
      top();
      return;
    default:
      throw Broken{"has a byte that is no opcode"};
  }
}

std::string_view PickleScan::line() {
  const auto ahead = bytes_.subspan(in_.position());
  const void* found = ahead.empty() ? nullptr : std::memchr(ahead.data(), '\n', ahead.size());
  const std::size_t length =
      found == nullptr
          ? ahead.size()
          : static_cast<std::size_t>(static_cast<const std::byte*>(found) - ahead.data());
  result_.cost += length;
  if (found == nullptr) throw ByteReader::End();
  const std::string_view taken = in_.text(length);
  in_.take(1);
  return taken;
}

std::uint64_t PickleScan::decimal() {
  const std::string_view digits = line();
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    throw Broken{"refers to a value by no number"};
  }
  return value;
}

void PickleScan::push(ScanValue value) {
  stack_.push_back(value);
}

ScanValue PickleScan::pop() {
  const ScanValue value = top();
  stack_.pop_back();
  return value;
}

ScanValue& PickleScan::top() {
  const std::size_t bottom = marks_.empty() ? 0 : marks_.back();
  if (stack_.size() <= bottom) throw Broken{"takes from an empty stack"};
  return stack_.back();
}

/// Where the values above the last mark begin, which is taken away.
std::size_t PickleScan::take_mark() {
  if (marks_.empty()) {
    if (lenient_) return 0;
    throw Broken{"closes what it did not open"};
  }
  const std::size_t from = marks_.back();
  marks_.pop_back();
  return from;
}

/// A small number; of others nothing is kept.
void PickleScan::number(std::uint64_t value) {
  constexpr std::uint64_t kMostKept = std::uint64_t{1} << 48U;
  push(value < kMostKept ? ScanValue::of(value) : ScanValue());
}

void PickleScan::text(std::uint64_t length, Kind kind) {
  const std::size_t begin = in_.position();
  in_.take(length);
  push(ScanValue::at(kind, begin, length));
}

/// STRING: a text as repr() writes it.
void PickleScan::quoted_text() {
  const auto inner = unquoted(line());
  if (!inner) throw Broken{"has a text without quotes"};
  push_text(*inner, unescaped);
}

/// UNICODE: a text in the codec raw-unicode-escape.
void PickleScan::escaped_text() {
  push_text(line(), raw_unescaped);
}

/// A text of the pickle's own bytes, or what an escape in it makes of it.
void PickleScan::push_text(std::string_view raw, Unescape unescape) {
  const auto begin =
      static_cast<std::size_t>(reinterpret_cast<const std::byte*>(raw.data()) - bytes_.data());
  if (raw.find('\\') == raw.npos) return push(ScanValue::at(Kind::kText, begin, raw.size()));
  std::optional<std::string> text = unescape(raw);
  if (!text) throw Broken{"has a broken escape in a text"};
  texts_.push_back(*std::move(text));
  text_bytes_ += texts_.back().size() + sizeof(std::string);
  push({Kind::kOwnedText, texts_.size() - 1});
}

void PickleScan::tuple(std::size_t count) {
  ScanValue items[3];
  std::uint32_t tainted = ScanPool::kNone;
  for (std::size_t i = count; i-- > 0;) {
    items[i] = pop();
    if (const auto worst = taint(items[i]); worst != ScanPool::kNone) tainted = worst;
  }
  push(pool_.tuple({items, count}, count, tainted));
}

/// A tuple of what is above `from`, which is taken away.
ScanValue PickleScan::tuple_from(std::size_t from) {
  ScanValue items[ScanPool::kItemsKept];
  std::uint32_t tainted = ScanPool::kNone;
  const std::size_t count = stack_.size() - from;
  for (std::size_t i = 0; i < count; ++i) {
    const ScanValue value = stack_[from + i];
    if (i < ScanPool::kItemsKept) items[i] = value;
    if (const auto worst = taint(value); worst != ScanPool::kNone) tainted = worst;
  }
  stack_.resize(from);
  return pool_.tuple({items, std::min(count, ScanPool::kItemsKept)}, count, tainted);
}

/// Everything from `from` on goes into what is below it.
void PickleScan::fill(std::size_t from) {
  const std::size_t bottom = marks_.empty() ? 0 : marks_.back();
  if (from <= bottom) throw Broken{"adds to nothing"};
  const ScanValue target = stack_[from - 1];
  for (std::size_t i = from; i < stack_.size(); ++i) change(target, stack_[i]);
  stack_.resize(from);
}

void PickleScan::fill_pairs(std::size_t from) {
  if ((stack_.size() - from) % 2 != 0) throw Broken{"sets a key without a value"};
  for (std::size_t i = from; i < stack_.size(); i += 2) check_key(stack_[i], stack_[i + 1]);
  fill(from);
}

void PickleScan::put(std::uint64_t index) {
  const ScanValue value = top();
  if (index < memo_.size()) {
    memo_[static_cast<std::size_t>(index)] = value;
  } else if (index == memo_.size()) {
    memo_.push_back(value);
    if (!sparse_memo_.empty()) sparse_memo_.erase(index);
  } else {
    sparse_memo_.insert_or_assign(index, value);
  }
}

void PickleScan::get(std::uint64_t index) {
  if (index < memo_.size()) return push(memo_[static_cast<std::size_t>(index)]);
  const auto found = sparse_memo_.find(index);
  if (found == sparse_memo_.end()) throw Broken{"refers to a value that it does not hold"};
  push(found->second);
}

/// ('storage', class, key, place, numel) is a storage; ('module', class, ...) of a legacy stream
/// and (class, ...) of a tar stand for the class.
void PickleScan::persistent(ScanValue id) {
  if (!id.is(Kind::kTuple) || pool_.count(id) == 0) return push({});
  const ScanValue first = pool_.item(id, 0);
  if (first.is(Kind::kGlobal)) return push(first);
  if (text_of(first) == "module") return push(pool_.item(id, 1));
  const ScanValue type = pool_.item(id, 1), key = pool_.item(id, 2), numel = pool_.item(id, 4);
  const bool named = text_of(first) == "storage" && type.is(Kind::kGlobal) && key.is(Kind::kText);
  if (named && storages_.size() < kMostStorages && storage_keys_.emplace(text_of(key)).second) {
    storages_.push_back({text_of(key), globals_[type.index()].name, numel.number()});
  }
  push({});
}

}  // namespace mlpctl::state
