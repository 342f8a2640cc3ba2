#include "state/pickle/unpickler.hpp"

#include <bit>

#include "state/pickle/opcodes.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;

std::string hex(std::uint8_t byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {'0', 'x', digits[byte >> 4U], digits[byte & 15U]};
}

}  // namespace

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
        if (protocol > 5)
          refuse_pickle("has protocol " + std::to_string(protocol) + ", 5 is the last");
      } else if (!step(in, op)) {
        refuse_pickle("has opcode " + hex(op) + ", which no state file needs");
      }
      first = false;
    }
  } catch (const ByteReader::End&) {
    throw ByteReader::End("its pickle is cut off: copy or download the file again");
  }
  if (stack_.size() != 1 || !marks_.empty()) refuse_pickle("does not end with one value");
  return stack_.back();
}

bool Unpickler::step(ByteReader& in, std::uint8_t op) {
  switch (op) {
    case op::kMark:
      if (marks_.size() >= max_marks_) refuse_pickle("is nested too deep");
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
  if (stack_.size() <= (marks_.empty() ? 0 : marks_.back()))
    refuse_pickle("takes from an empty stack");
  return stack_.back();
}

std::span<const Node> Unpickler::marked() const {
  if (marks_.empty()) refuse_pickle("closes what it did not open");
  return std::span(stack_).subspan(marks_.back());
}

void Unpickler::release() {
  stack_.resize(marks_.back());
  marks_.pop_back();
}

}  // namespace mlpctl::state
