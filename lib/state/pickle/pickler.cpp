#include "state/pickle/pickler.hpp"

#include <bit>
#include <limits>
#include <string_view>
#include <utility>

#include "mlpctl/error.hpp"
#include "mlpctl/state/tensor.hpp"
#include "state/pickle/opcodes.hpp"
#include "state/pickle/storage_plan.hpp"
#include "state/value/dtype_codes.hpp"
#include "state/value/tensor_data.hpp"

namespace mlpctl::state {
namespace {

std::int64_t storage_count(const TensorValue& values) {
  const std::int64_t elements = element_count(values);
  const DType dtype = values.dtype;
  if (item_size(dtype) == 0) {
    throw Error(ErrorCode::kNotSupported, "tensors of type " + std::string(to_string(dtype)) +
                                              " are not written to PyTorch files");
  }
  return storage_class(dtype).empty() ? static_cast<std::int64_t>(written_size(values)) : elements;
}

class Pickler {
 public:
  Pickler(const Value& root, StorageIds ids) : ids_(ids), plan_(root) {
    for (const TensorValue& values : plan_.storages()) {
      result_.storages.push_back({values, storage_count(values)});
    }
  }

  Pickled run(const Value& root) {
    put(Opcode::kProto);
    put('\x02');
    value(root);
    put(Opcode::kStop);
    return std::move(result_);
  }

  void operator()(std::monostate) { put(Opcode::kNone); }
  void operator()(bool flag) { put(flag ? Opcode::kNewTrue : Opcode::kNewFalse); }
  void operator()(std::int64_t number) { integer(number); }
  void operator()(double number);
  void operator()(const std::string& string) { text(string); }
  void operator()(const TensorValue& tensor);
  void operator()(const ListValue& list);
  void operator()(const TupleValue& tuple);
  void operator()(const DictValue& dict);

 private:
  void put(Opcode op) { put(static_cast<char>(op)); }
  void put(char byte) { result_.bytes += byte; }
  void put(std::string_view text) { result_.bytes += text; }
  void little(std::uint64_t number, int bytes);
  void integer(std::int64_t number);
  void text(std::string_view string);
  void end_tuple(std::size_t items);
  void integers(const std::vector<std::int64_t>& numbers);
  void global(std::string_view module, std::string_view name);
  void storage(std::size_t index);
  void value(const Value& any) { std::visit(*this, any); }

  StorageIds ids_;
  StoragePlan plan_;
  Pickled result_;
};

void Pickler::little(std::uint64_t number, int bytes) {
  for (int i = 0; i < bytes; ++i) put(static_cast<char>(number >> (8 * i)));
}

void Pickler::integer(std::int64_t number) {
  const auto bits = static_cast<std::uint64_t>(number);
  if (number >= 0 && number < 0x100) {
    put(Opcode::kBinInt1);
    little(bits, 1);
  } else if (number >= 0 && number < 0x10000) {
    put(Opcode::kBinInt2);
    little(bits, 2);
  } else if (number == static_cast<std::int32_t>(number)) {
    put(Opcode::kBinInt);
    little(bits, 4);
  } else {
    put(Opcode::kLong1);
    put('\x08');
    little(bits, 8);
  }
}

// The one number that pickle stores big-endian.
void Pickler::operator()(double number) {
  const auto bits = std::bit_cast<std::uint64_t>(number);
  put(Opcode::kBinFloat);
  for (int shift = 56; shift >= 0; shift -= 8) put(static_cast<char>(bits >> shift));
}

void Pickler::text(std::string_view string) {
  if (string.size() > std::numeric_limits<std::uint32_t>::max()) {
    throw Error(ErrorCode::kNotSupported,
                "a string of 4 GiB or more does not fit into a state file");
  }
  put(Opcode::kBinUnicode);
  little(string.size(), 4);
  put(string);
}

// Items of up to three have opcodes of their own, and no MARK before them.
void Pickler::end_tuple(std::size_t items) {
  if (items == 0) {
    put(Opcode::kEmptyTuple);
  } else if (items <= 3) {
    constexpr Opcode short_tuples[] = {Opcode::kTuple1, Opcode::kTuple2, Opcode::kTuple3};
    put(short_tuples[items - 1]);
  } else {
    put(Opcode::kTuple);
  }
}

void Pickler::operator()(const TupleValue& tuple) {
  if (tuple.items.size() > 3) put(Opcode::kMark);
  for (const Value& item : tuple.items) value(item);
  end_tuple(tuple.items.size());
}

void Pickler::integers(const std::vector<std::int64_t>& numbers) {
  if (numbers.size() > 3) put(Opcode::kMark);
  for (const std::int64_t number : numbers) integer(number);
  end_tuple(numbers.size());
}

void Pickler::operator()(const ListValue& list) {
  put(Opcode::kEmptyList);
  if (list.empty()) return;
  put(Opcode::kMark);
  for (const Value& item : list) value(item);
  put(Opcode::kAppends);
}

void Pickler::operator()(const DictValue& dict) {
  put(Opcode::kEmptyDict);
  if (dict.empty()) return;
  put(Opcode::kMark);
  for (const auto& [key, item] : dict) {
    std::visit(*this, key);
    value(item);
  }
  put(Opcode::kSetItems);
}

void Pickler::global(std::string_view module, std::string_view name) {
  put(Opcode::kGlobal);
  put(module);
  put('\n');
  put(name);
  put('\n');
}

// Types that came after PyTorch's classes of storages have none: their storage counts bytes.
void Pickler::storage(std::size_t index) {
  const PickledStorage& storage = result_.storages[index];
  const std::string_view type = storage_class(storage.values.dtype);
  put(Opcode::kMark);
  text("storage");
  if (!type.empty()) {
    global("torch", type);
  } else if (ids_ == StorageIds::kZip) {
    global("torch.storage", "UntypedStorage");
  } else {
    global("torch", "ByteStorage");  // in a legacy stream torch.load takes nothing else for bytes
  }
  text(std::to_string(index));
  text("cpu");
  integer(storage.count);
  if (ids_ == StorageIds::kLegacy) put(Opcode::kNone);
  put(Opcode::kTuple);
  put(Opcode::kBinPersId);
}

// torch._utils._rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks), or
// v3 with a dtype at the end.
void Pickler::operator()(const TensorValue& tensor) {
  const bool typed = !storage_class(tensor.dtype).empty();
  const StoragePlan::Place& place = plan_.of(tensor);
  element_count(tensor);
  global("torch._utils", typed ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
  put(Opcode::kMark);
  storage(place.storage);
  integer(place.offset);
  integers(tensor.shape);
  integers(place.strides);
  put(Opcode::kNewFalse);
  global("collections", "OrderedDict");
  put(Opcode::kEmptyTuple);
  put(Opcode::kReduce);
  if (!typed) global("torch", to_string(tensor.dtype));
  put(Opcode::kTuple);
  put(Opcode::kReduce);
}

}  // namespace

Pickled pickle(const Value& root, StorageIds ids) {
  return Pickler(root, ids).run(root);
}

}  // namespace mlpctl::state
