#include "state/copy/plain.hpp"

#include <algorithm>
#include <utility>

#include "state/value/scalar.hpp"
#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

using Kind = Node::Kind;

constexpr std::size_t kMaxDepth = 64;

bool is_container(const Node& node) {
  return node.is(Kind::kList) || node.is(Kind::kTuple) || node.is(Kind::kSet) ||
         node.is(Kind::kDict);
}

bool is_key(const Node& node) {
  return node.is(Kind::kString) || node.is(Kind::kInt);
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
  void put(const Node& node, std::size_t depth) {
    good_ = good_ && depth < kMaxDepth && text_.size() <= most_;
    if (!good_) return;
    if (is_scalar(node)) return put_scalar(node);
    switch (node.kind()) {
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

  void put_scalar(const Node& node) {
    if (node.is(Kind::kString) && node.text().size() > most_) return fail();
    const std::optional<std::string> json = scalar_json(node);
    if (!json) return fail();
    text_ += *json;
  }

  /// JSON's keys are texts.
  void put_key(const Node& key) {
    if (!key.is(Kind::kInt)) return put_scalar(key);
    text_.append("\"").append(std::to_string(key.as_int())).append("\"");
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
      put_key(entry.key);
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
