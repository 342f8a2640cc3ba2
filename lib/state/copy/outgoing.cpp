#include "state/copy/outgoing.hpp"

#include <algorithm>
#include <string_view>
#include <unordered_set>

#include "mlpctl/state/describe.hpp"
#include "state/copy/plain.hpp"
#include "state/value/dtype_codes.hpp"
#include "state/value/pieces.hpp"
#include "state/value/utf8.hpp"

namespace mlpctl::state {
namespace {

// Of one text in safetensors' header, and of all: libraries read headers up to 100 MB.
constexpr std::size_t kMaxNote = std::size_t{1} << 20U, kMaxNotes = std::size_t{16} << 20U;
constexpr std::size_t kNamedRefusals = 8;

/// The dtype under which a format knows these bytes, with the shape that goes with it: two numbers
/// of four bits in a byte are one element to PyTorch and two to safetensors. Nothing when it knows
/// none.
std::optional<TensorValue> in_format(TensorValue tensor, OutputFormat format) {
  const bool safetensors = format == OutputFormat::kSafetensors;
  auto& shape = tensor.shape;
  if (safetensors && tensor.dtype == DType::kFloat4E2M1FnX2 && !shape.empty()) {
    tensor.dtype = DType::kFloat4E2M1;
    shape.back() *= 2;
  } else if (!safetensors && tensor.dtype == DType::kFloat4E2M1 && !shape.empty() &&
             shape.back() % 2 == 0) {
    tensor.dtype = DType::kFloat4E2M1FnX2;
    shape.back() /= 2;
  }
  const bool known =
      safetensors ? !safetensors_code(tensor.dtype).empty() : item_size(tensor.dtype) > 0;
  if (!known) return std::nullopt;
  return tensor;
}

/// Of an expanded tensor that would be written far larger than it is.
bool repeats_too_often(const Tensor& tensor) {
  const std::size_t bytes = tensor.byte_count();
  return bytes > kMaxExpanded && bytes > tensor.storage->size();
}

bool is_plain(const Tensor& tensor) {
  const bool negated = tensor.neg || tensor.conj;
  return tensor.layout == Layout::kStrided && (tensor.storage != nullptr || tensor.numel() == 0) &&
         (!negated || is_complex(tensor.dtype) || is_real_float(tensor.dtype));
}

std::optional<TensorValue> value_of(const Tensor& tensor, const CopyOptions& options) {
  if (!is_plain(tensor)) return std::nullopt;
  if (tensor.numel() > 0 && repeats_too_often(tensor)) return std::nullopt;
  TensorValue value{tensor.shape, tensor.dtype, {}};
  if (options.dtype && is_real_float(tensor.dtype)) value.dtype = *options.dtype;
  if (tensor.numel() > 0) value.source = std::make_shared<const Tensor>(tensor);
  return in_format(std::move(value), options.format);
}

[[noreturn]] void refuse(const Chosen& chosen, const std::vector<const NamedTensor*>& refused,
                         OutputFormat format) {
  const bool safetensors = format == OutputFormat::kSafetensors;
  std::string names;
  for (std::size_t i = 0; i < std::min(refused.size(), kNamedRefusals); ++i) {
    names += (i > 0 ? ", " : "") + refused[i]->name + " (" + describe(refused[i]->tensor) + ")";
  }
  if (refused.size() > kNamedRefusals)
    names += " and " + std::to_string(refused.size() - kNamedRefusals) + " more";
  const bool fits_pt = std::ranges::all_of(refused, [](const NamedTensor* each) {
    return is_plain(each->tensor) && item_size(each->tensor.dtype) > 0;
  });
  throw Error(ErrorCode::kNotSupported,
              chosen.path + ": " + (safetensors ? "safetensors" : "a PyTorch file written here") +
                  " cannot hold " + names + "; leave them out with `exclude`" +
                  (safetensors && fits_pt ? ", or write a .pt file" : ""));
}

void take_tensors(const Chosen& chosen, const CopyOptions& options, Outgoing& out) {
  std::vector<const NamedTensor*> refused;
  for (const NamedTensor& each : chosen.tensors) {
    if (!is_utf8(each.name)) {
      throw Error(ErrorCode::kNotSupported,
                  chosen.path + ": a name in it is not UTF-8; give it another with `rename`");
    }
    if (std::optional<TensorValue> value = value_of(each.tensor, options)) {
      out.tensors.emplace_back(each.name, *std::move(value));
    } else {
      refused.push_back(&each);
    }
  }
  if (!refused.empty()) refuse(chosen, refused, options.format);
}

/// Keys that say something else already.
std::unordered_set<std::string_view> taken_keys(const Chosen& chosen) {
  std::unordered_set<std::string_view> keys{"format", "mlpctl"};
  for (const NamedTensor& each : chosen.tensors) keys.insert(each.name);
  for (const auto& [key, text] : chosen.notes) keys.insert(key);
  return keys;
}

void take_notes(const Chosen& chosen, Outgoing& out) {
  std::size_t left = kMaxNotes;
  const auto taken = taken_keys(chosen);
  out.notes = chosen.notes;
  for (const NamedNode& entry : chosen.others) {
    std::optional<std::string> text = plain_text(entry.node, std::min(kMaxNote, left));
    if (!text || !is_utf8(entry.name) || taken.contains(entry.name)) {
      out.left_out.emplace_back(entry.name, describe(entry.node));
      continue;
    }
    left -= text->size();
    out.notes.emplace_back(entry.name, *std::move(text));
  }
}

void take_values(const Chosen& chosen, Outgoing& out) {
  for (const NamedNode& entry : chosen.others) {
    // A script's attributes belong to its code: its state_dict() has the tensors alone.
    std::optional<Value> value;
    if (chosen.container != Container::kTorchScript) value = plain_value(entry.node);
    if (value && is_utf8(entry.name)) {
      out.values.emplace_back(entry.name, *std::move(value));
    } else {
      out.left_out.emplace_back(entry.name, describe(entry.node));
    }
  }
  for (const auto& [key, value] : chosen.notes) {
    out.left_out.emplace_back(key, "a text of the metadata");
  }
}

}  // namespace

Outgoing outgoing(const Chosen& chosen, const CopyOptions& options) {
  Outgoing out;
  take_tensors(chosen, options, out);
  if (options.format != OutputFormat::kSafetensors) {
    take_values(chosen, out);
    return out;
  }
  take_notes(chosen, out);
  // As the reference library does; a file that is sorted is the same whoever wrote it.
  std::ranges::stable_sort(out.tensors, {}, [](const auto& each) { return each.first; });
  return out;
}

}  // namespace mlpctl::state
