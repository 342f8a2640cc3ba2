#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>

namespace mlpctl::state {

/// A value of a pickle as far as a verdict needs it, in eight bytes: what kind it is and where
/// more about it is kept.
class ScanValue {
 public:
  enum class Kind : std::uint8_t {
    kPlain,      ///< None, a number, a storage: nothing that matters but a small number.
    kText,       ///< A text: its place in the pickle.
    kOwnedText,  ///< A text that was written with escapes.
    kBytes,      ///< Bytes: their place in the pickle.
    kLatin1,     ///< Bytes that are written as a text of Latin 1.
    kGlobal,
    kTuple,
    kContainer,  ///< A list, dict or set.
    kObject,     ///< What a call gave.
  };

  ScanValue() = default;
  ScanValue(Kind kind, std::uint64_t place)
      : bits_(std::uint64_t{static_cast<std::uint8_t>(kind)} << kKindShift | place) {}
  /// A text or bytes at this place; plain when they lie or reach further than 60 bits can say.
  static ScanValue at(Kind kind, std::uint64_t offset, std::uint64_t length) {
    const bool fits = offset >> kOffsetBits == 0 && length >> kLengthBits == 0;
    return fits ? ScanValue(kind, offset << kLengthBits | length) : ScanValue();
  }

  Kind kind() const { return static_cast<Kind>(bits_ >> kKindShift); }
  bool is(Kind kind) const { return this->kind() == kind; }
  bool is_text() const { return is(Kind::kText) || is(Kind::kOwnedText); }
  /// A plain value that is a small number; 0 for others.
  static ScanValue of(std::uint64_t number) { return {Kind::kPlain, number + 1}; }
  std::uint64_t number() const {
    const bool known = is(Kind::kPlain) && bits_ != 0;
    return known ? bits_ - 1 : 0;
  }
  std::uint32_t index() const { return static_cast<std::uint32_t>(bits_); }
  std::uint64_t offset() const { return (bits_ & kPlaceMask) >> kLengthBits; }
  std::uint64_t length() const { return bits_ & kLengthMask; }

 private:
  static constexpr unsigned kKindShift = 60, kLengthBits = 25, kOffsetBits = 35;
  static constexpr std::uint64_t kPlaceMask = (std::uint64_t{1} << kKindShift) - 1,
                                 kLengthMask = (std::uint64_t{1} << kLengthBits) - 1;
  std::uint64_t bits_ = 0;
};
static_assert(sizeof(ScanValue) == 8);

/// The tuples, containers and objects of one pickle. Each knows the worst global that is in it.
class ScanPool {
 public:
  static constexpr std::size_t kItemsKept = 8;
  /// No global, or no dangerous one.
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;

  ScanPool() { clear(); }
  void clear() { records_.assign(1, Record{}); }
  std::size_t size() const { return records_.size(); }

  ScanValue tuple(std::span<const ScanValue> items, std::size_t count, std::uint32_t taint) {
    const auto index = add({static_cast<std::uint32_t>(count), taint});
    for (const ScanValue item : items.first(std::min(items.size(), kItemsKept))) {
      records_.push_back({item});
    }
    return {ScanValue::Kind::kTuple, index};
  }
  ScanValue container(std::uint32_t taint) {
    return {ScanValue::Kind::kContainer, add({0, taint})};
  }
  /// `inner`: what a holder keeps, or the name that a getter looks for.
  ScanValue object(std::uint32_t type, std::uint32_t taint, ScanValue inner = {}) {
    const auto index = add({type, taint});
    records_.push_back({inner});
    return {ScanValue::Kind::kObject, index};
  }

  std::size_t count(ScanValue tuple) const { return records_[tuple.index()].head.first; }
  ScanValue item(ScanValue tuple, std::size_t i) const {
    return i < std::min(count(tuple), kItemsKept) ? records_[tuple.index() + 1 + i].value
                                                  : ScanValue();
  }
  std::uint32_t type(ScanValue object) const { return records_[object.index()].head.first; }
  ScanValue inner(ScanValue object) const { return records_[object.index() + 1].value; }
  void set_inner(ScanValue object, ScanValue inner) { records_[object.index() + 1].value = inner; }
  std::uint32_t taint(ScanValue value) const { return records_[value.index()].head.taint; }
  void taint(ScanValue value, std::uint32_t by) {
    if (by != kNone) records_[value.index()].head.taint = by;
  }

 private:
  struct Head {
    std::uint32_t first;  ///< A tuple's count, an object's type.
    std::uint32_t taint;
  };
  union Record {
    ScanValue value{};
    Head head;
  };

  std::uint32_t add(Head head) {
    Record record;
    record.head = head;
    records_.push_back(record);
    return static_cast<std::uint32_t>(records_.size() - 1);
  }

  std::deque<Record> records_;
};

}  // namespace mlpctl::state
