#include "train/field.hpp"

#include "mlpctl/error.hpp"

namespace mlpctl::train {

bool contains(const Range& range, double value) {
  if (!std::isfinite(value)) return range.kind == Range::Kind::kAny;
  switch (range.kind) {
    case Range::Kind::kAny:
      return true;
    case Range::Kind::kFromOne:
      return value >= 1;
    case Range::Kind::kFromZero:
      return value >= 0;
    case Range::Kind::kAboveZero:
      return value > 0;
    case Range::Kind::kBelowOne:
      return value >= 0 && value < range.most;
    case Range::Kind::kUpTo:
      break;
  }
  return value >= 0 && value <= range.most;
}

std::string to_string(const Range& range) {
  switch (range.kind) {
    case Range::Kind::kAny:
      return "";
    case Range::Kind::kFromOne:
      return "at least 1";
    case Range::Kind::kFromZero:
      return "at least 0";
    case Range::Kind::kAboveZero:
      return "a number above 0";
    case Range::Kind::kBelowOne:
      return "at least 0 and below 1";
    case Range::Kind::kUpTo:
      break;
  }
  return "at least 0 and at most " + std::to_string(static_cast<int>(range.most));
}

void require_in_range(std::string_view name, double value, const Range& range) {
  if (contains(range, value)) return;
  throw Error(ErrorCode::kInvalidArgument,
              "`" + std::string(name) + "` must be " + to_string(range));
}

std::string_view to_string(Group group) {
  switch (group) {
    case Group::kTraining:
      return "Training";
    case Group::kOptimizer:
      return "Optimizer";
    case Group::kPictures:
      return "Changed pictures";
    case Group::kDevice:
      break;
  }
  return "Device";
}

}  // namespace mlpctl::train
