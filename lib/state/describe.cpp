#include "mlpctl/state/describe.hpp"

#include <array>
#include <charconv>

#include "state/value/scalar.hpp"

namespace mlpctl::state {
namespace {

constexpr std::size_t kTextLength = 100;

// The shortest text that reads back as the same number.
std::string shortest(double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  return {text.data(), end};
}

std::string quoted(std::string_view text) {
  std::string result = "'";
  result += text.substr(0, kTextLength);
  if (text.size() <= kTextLength) return result += "'";
  return result += "...' (" + std::to_string(text.size()) + " bytes)";
}

std::string object_text(const Object& object) {
  if (object.shell != nullptr && object.type != nullptr) {
    return describe(*object.shell) + " (" + object.type->full_name() + ")";
  }
  return "an object of class " + (object.type == nullptr ? "unknown" : object.type->full_name());
}

}  // namespace

std::string describe(const Tensor& tensor) {
  std::string text = tensor.shape_text() + " " + std::string(to_string(tensor.dtype));
  if (tensor.layout != Layout::kStrided) text += " (" + std::string(to_string(tensor.layout)) + ")";
  if (tensor.neg) text += " (stored negated)";
  if (tensor.conj) text += " (stored conjugated)";
  return text;
}

std::string describe(const Node& value) {
  switch (value.kind()) {
    case Node::Kind::kNone:
      return "None";
    case Node::Kind::kBool:
      return value.as_bool() ? "True" : "False";
    case Node::Kind::kInt:
      return std::to_string(value.as_int());
    case Node::Kind::kFloat:
      return shortest(value.as_float());
    case Node::Kind::kBigInt:
      return big_integer(value.text())
          .value_or("an integer of " + std::to_string(value.text().size()) + " bytes");
    case Node::Kind::kString:
      return quoted(value.text());
    case Node::Kind::kBytes:
      return std::to_string(value.text().size()) + " bytes";
    case Node::Kind::kTensor:
      return describe(value.tensor());
    case Node::Kind::kObject:
      return object_text(value.object());
    case Node::Kind::kGlobal:
      return value.global().full_name();
    case Node::Kind::kStorage:
      return "a storage of " + std::to_string(value.storage().numel) + " " +
             std::string(to_string(value.storage().dtype));
    default:
      return std::string(to_string(value.kind()));
  }
}

}  // namespace mlpctl::state
