#pragma once

#include <cstdint>

namespace mlpctl::state::onnx {

// The fields of onnx.proto that are read or written, a message each. A file may have others, which
// are no value of an enum, so that what is read is compared as a number.
struct ModelField {
  enum Number : std::uint32_t {
    kIrVersion = 1,
    kProducerName = 2,
    kProducerVersion = 3,
    kDocString = 6,
    kGraph = 7,
    kOpsetImport = 8,
    kMetadata = 14,
  };
};
struct GraphField {
  enum Number : std::uint32_t {
    kNode = 1,
    kName = 2,
    kInitializer = 5,
    kInput = 11,
    kOutput = 12,
    kSparseInitializer = 15,
  };
};
struct NodeField {
  enum Number : std::uint32_t {
    kInput = 1,
    kOutput = 2,
    kName = 3,
    kType = 4,
    kAttribute = 5,
    kDomain = 7,
  };
};
struct AttributeField {
  enum Number : std::uint32_t {
    kName = 1,
    kFloat = 2,
    kInt = 3,
    kText = 4,
    kFloats = 7,
    kInts = 8,
    kType = 20,
  };
};
struct TensorField {
  enum Number : std::uint32_t {
    kDims = 1,
    kDataType = 2,
    kSegment = 3,
    kFloats = 4,
    kInt32s = 5,
    kTexts = 6,
    kInt64s = 7,
    kName = 8,
    kRaw = 9,
    kDoubles = 10,
    kUInt64s = 11,
    kExternal = 13,
    kLocation = 14,
  };
};
struct SparseField {
  enum Number : std::uint32_t { kValues = 1 };
};
/// StringStringEntryProto.
struct PairField {
  enum Number : std::uint32_t { kKey = 1, kValue = 2 };
};
struct OpsetField {
  enum Number : std::uint32_t { kDomain = 1, kVersion = 2 };
};
/// ValueInfoProto and what it holds.
struct ValueField {
  enum Number : std::uint32_t { kName = 1, kType = 2 };
};
struct TypeField {
  enum Number : std::uint32_t { kTensor = 1 };
};
struct TensorTypeField {
  enum Number : std::uint32_t { kElement = 1, kShape = 2 };
};
struct ShapeField {
  enum Number : std::uint32_t { kDim = 1 };
};
struct DimField {
  enum Number : std::uint32_t { kValue = 1, kParam = 2 };
};

/// TensorProto.DataType of float32; AttributeProto.AttributeType of an int and of ints.
inline constexpr std::int32_t kFloat32 = 1, kIntAttribute = 2, kIntsAttribute = 7;

}  // namespace mlpctl::state::onnx
