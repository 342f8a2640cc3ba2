#include "state/copy/plain.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <nlohmann/json.hpp>
#include <utility>

#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;

constexpr std::size_t kMaxDepth = 64;

bool is_container(const Node& node) {
  return node.is(Kind::kList) || node.is(Kind::kTuple) || node.is(Kind::kSet) ||
         node.is(Kind::kDict);
}

bool is_scalar(const Node& node) {
  switch (node.kind()) {
    case Kind::kNone:
    case Kind::kBool:
    case Kind::kInt:
    case Kind::kBigInt:
    case Kind::kFloat:
    case Kind::kString:
      return true;
    default:
      return false;
  }
}

bool is_key(const Node& node) {
  return node.is(Kind::kString) || node.is(Kind::kInt);
}

/// The decimal digits of a little-endian two's complement number.
std::string big_integer(std::string_view bytes) {
  std::vector<unsigned> number;
  for (const char byte : bytes) number.push_back(static_cast<unsigned char>(byte));
  const bool negative = !number.empty() && number.back() >= 0x80;
  if (negative) {
    unsigned carry = 1;
    for (unsigned& byte : number) {
      byte = (~byte & 0xFFU) + carry;
      carry = byte >> 8U;
      byte &= 0xFFU;
    }
  }
  std::string digits;
  while (std::ranges::any_of(number, [](unsigned byte) { return byte != 0; })) {
    unsigned rest = 0;
    for (std::size_t i = number.size(); i-- > 0;) {
      rest = rest * 256 + number[i];
      number[i] = rest / 10;
      rest %= 10;
    }
    digits += static_cast<char>('0' + rest);
  }
  if (digits.empty()) digits += '0';
  if (negative) digits += '-';
  std::ranges::reverse(digits);
  return digits;
}

std::string real_text(double value) {
  if (std::isnan(value)) return R"("NaN")";
  if (std::isinf(value)) return value > 0 ? R"("Infinity")" : R"("-Infinity")";
  return nlohmann::json(value).dump();
}

/// Writes JSON until it is too long.
class JsonWriter {
 public:
  explicit JsonWriter(std::size_t most) : most_(most) {}

  std::optional<std::string> write(const Node& node) {
    put(node, 0);
    if (!good_) return std::nullopt;
    return std::move(text_);
  }

 private:
  // Quadratic in the digits, so that longer numbers are not spelled out.
  static constexpr std::size_t kMaxBigInt = 1024;

  void put(const Node& node, std::size_t depth) {
    good_ = good_ && depth < kMaxDepth && text_.size() <= most_;
    if (!good_) return;
    switch (node.kind()) {
      case Kind::kNone:
        text_ += "null";
        return;
      case Kind::kBool:
        text_ += node.as_bool() ? "true" : "false";
        return;
      case Kind::kInt:
        text_ += std::to_string(node.as_int());
        return;
      case Kind::kBigInt:
        if (node.text().size() > kMaxBigInt) return fail();
        text_ += big_integer(node.text());
        return;
      case Kind::kFloat:
        text_ += real_text(node.as_float());
        return;
      case Kind::kString:
        return put(node.text());
      case Kind::kList:
      case Kind::kTuple:
      case Kind::kSet:
        return put_items(node, depth);
      case Kind::kDict:
        return put_entries(node, depth);
      default:
        return fail();
    }
  }

  void put(std::string_view string) {
    if (!is_utf8(string) || string.size() > most_) return fail();
    text_ += nlohmann::json(string).dump();
  }

  void put_items(const Node& list, std::size_t depth) {
    char before = '[';
    for (const Node& item : list.items()) {
      text_ += std::exchange(before, ',');
      put(item, depth + 1);
    }
    if (before == '[') text_ += before;
    text_ += ']';
  }

  void put_entries(const Node& dict, std::size_t depth) {
    char before = '{';
    for (const DictEntry& entry : dict.dict().entries) {
      if (!good_) return;
      text_ += std::exchange(before, ',');
      entry.key.is(Kind::kInt) ? put(std::to_string(entry.key.as_int())) : put(entry.key.text());
      text_ += ':';
      put(entry.value, depth + 1);
    }
    if (before == '{') text_ += before;
    text_ += '}';
  }

  void fail() { good_ = false; }

  std::size_t most_;
  std::string text_;
  bool good_ = true;
};

std::optional<DictKey> key_value(const Node& key) {
  if (key.is(Kind::kInt)) return key.as_int();
  if (key.is(Kind::kString) && is_utf8(key.text())) return std::string(key.text());
  return std::nullopt;
}

std::optional<ListValue> list_value(const Node& list) {
  ListValue all;
  for (const Node& item : list.items()) {
    std::optional<Value> value = plain_value(item);
    if (!value) return std::nullopt;
    all.push_back(*std::move(value));
  }
  return all;
}

std::optional<Value> dict_value(const Node& dict) {
  DictValue all;
  for (const DictEntry& entry : dict.dict().entries) {
    std::optional<DictKey> key = key_value(entry.key);
    std::optional<Value> value = plain_value(entry.value);
    if (!key || !value) return std::nullopt;
    all.emplace_back(*std::move(key), *std::move(value));
  }
  return all;
}

}  // namespace

bool PlainData::is_plain(const Node& node) {
  return look(node, 0);
}

bool PlainData::look(const Node& node, std::size_t depth) {
  if (is_scalar(node)) return true;
  if (!is_container(node) || depth >= kMaxDepth || not_plain_.contains(node.identity())) {
    return false;
  }
  const auto inside = [&](const Node& item) {
    return looks_left_ > 0 && --looks_left_ > 0 && look(item, depth + 1);
  };
  const bool plain = node.is(Kind::kDict)
                         ? std::ranges::all_of(node.dict().entries,
                                               [&](const DictEntry& entry) {
                                                 return is_key(entry.key) && inside(entry.value);
                                               })
                         : std::ranges::all_of(node.items(), inside);
  if (!plain) not_plain_.insert(node.identity());
  return plain;
}

std::optional<std::string> plain_text(const Node& node, std::size_t most) {
  if (!node.is(Kind::kString)) {
    std::optional<std::string> text = JsonWriter(most).write(node);
    return text && text->size() <= most ? text : std::nullopt;
  }
  if (node.text().size() > most || !is_utf8(node.text())) return std::nullopt;
  return std::string(node.text());
}

std::optional<Value> plain_value(const Node& node) {
  switch (node.kind()) {
    case Kind::kNone:
      return Value{};
    case Kind::kBool:
      return node.as_bool();
    case Kind::kInt:
      return node.as_int();
    case Kind::kFloat:
      return node.as_float();
    case Kind::kString:
      if (!is_utf8(node.text())) return std::nullopt;
      return std::string(node.text());
    case Kind::kDict:
      return dict_value(node);
    case Kind::kList: {
      std::optional<ListValue> list = list_value(node);
      if (!list) return std::nullopt;
      return *std::move(list);
    }
    case Kind::kTuple: {
      std::optional<ListValue> list = list_value(node);
      if (!list) return std::nullopt;
      return TupleValue{*std::move(list)};
    }
    default:
      return std::nullopt;
  }
}

}  // namespace mlpctl::state
