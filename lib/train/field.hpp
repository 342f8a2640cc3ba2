#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

namespace mlpctl::train {

/// The heading under which the help shows an option.
enum class Group { kTraining, kOptimizer, kPictures, kDevice };
std::string_view to_string(Group group);

/// Whether a resumed run may have another value than the run that it goes on with.
enum class OnResume { kSame, kFree };

/// The values of a number that make sense; NaN and infinity never do.
struct Range {
  enum class Kind { kAny, kFromOne, kFromZero, kAboveZero, kBelowOne, kUpTo };
  Kind kind = Kind::kAny;
  double most = std::numeric_limits<double>::infinity();
};
inline constexpr Range kAny{}, kFromOne{Range::Kind::kFromOne}, kFromZero{Range::Kind::kFromZero},
    kAboveZero{Range::Kind::kAboveZero};
/// From 0 on, below 1.
inline constexpr Range kBelowOne{Range::Kind::kBelowOne, 1};
/// From 0 to `most`.
constexpr Range up_to(double most) {
  return {Range::Kind::kUpTo, most};
}

/// "at least 0 and below 1"; empty for any.
std::string to_string(const Range& range);

bool contains(const Range& range, double value);

/// Throws Error naming the setting when the value is out of its range.
void require_in_range(std::string_view name, double value, const Range& range);

/// One row of a table of settings.
template <typename Value>
struct Field {
  /// The option's name, with _ for -.
  std::string_view name;
  Value& value;
  Group group;
  Range range;
  OnResume on_resume;
  std::string_view help;
};
template <typename Value>
Field(std::string_view, Value&, Group, Range, OnResume, std::string_view) -> Field<Value>;

/// The enumerators of a setting that is one of a few names: Choices<Kind>::all.
template <typename Kind>
struct Choices;

/// The enumerator of this name.
template <typename Kind>
std::optional<Kind> parse(std::string_view name) {
  for (const Kind each : Choices<Kind>::all) {
    if (to_string(each) == name) return each;
  }
  return std::nullopt;
}

}  // namespace mlpctl::train
