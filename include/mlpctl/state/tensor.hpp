#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mlpctl/state/dtype.hpp"

namespace mlpctl::state {

/// The bytes that one or more tensors view. It keeps alive the file that they lie in.
class Storage {
 public:
  virtual ~Storage() = default;

  /// The bytes, read when they are first asked for: a checksum is verified and a deflated record
  /// inflated then. Throws Error when they are damaged. May be called from several threads.
  virtual std::span<const std::byte> bytes() const = 0;
  /// How many they are; reads nothing.
  virtual std::size_t size() const = 0;

  using Use = std::function<void(std::span<const std::byte> piece)>;
  /// Gives `size` bytes from `begin` on to `use`, in order and in pieces that cut no element, and
  /// keeps no more of a large file in memory than a piece. Throws Error as bytes() does, perhaps
  /// after the last piece: before this returns none is to be trusted.
  virtual void read(std::size_t begin, std::size_t size, const Use& use) const;
  /// Says that these of its bytes are not needed for now: pages of a large file go out of memory.
  virtual void forget(std::span<const std::byte> part) const { (void)part; }

  /// Whether the bytes are pages of a large file, which another program can still change; smaller
  /// files are in memory whole.
  virtual bool is_mapped() const { return false; }
  /// Throws Error when another program changed the file meanwhile: what was read of the bytes
  /// before is then not to be trusted. To be called after the bytes were used.
  virtual void check_unchanged() const {}
  /// In which order the bytes of an element lie.
  virtual std::endian byte_order() const { return std::endian::little; }
};

/// What a tensor's numbers are stored as.
enum class Layout : std::uint8_t {
  kStrided,    ///< Plain numbers in a storage.
  kMeta,       ///< A shape without numbers.
  kSparse,     ///< COO, CSR and their kin: `shape` is the dense one, there is no storage.
  kQuantised,  ///< Integers with scales: the storage holds the integers.
  kNested,     ///< Several tensors of unequal shapes: there is no storage.
};

/// "strided", "meta", "sparse", "quantised", "nested".
std::string_view to_string(Layout layout);

struct Sequence;

/// A view of a storage: what torch.Tensor is, without the arithmetic. The constructor's caller has
/// checked that every element lies inside the storage.
struct Tensor {
  DType dtype = DType::kFloat32;
  Layout layout = Layout::kStrided;
  bool requires_grad = false;
  /// The values are the complex conjugates, or the negatives, of what is stored.
  bool conj = false, neg = false;
  std::vector<std::int64_t> shape;
  /// In elements, as many as `shape`.
  std::vector<std::int64_t> strides;
  /// The first element's place in the storage, in elements.
  std::int64_t offset = 0;
  /// Null without numbers. Tensors with the same pointer are tied.
  std::shared_ptr<const Storage> storage;
  /// What a sparse, nested or quantised tensor is made of, in its file's arena: plain tensors
  /// (indices, values) and numbers (scale, zero point). Null for others.
  const Sequence* parts = nullptr;

  std::size_t rank() const { return shape.size(); }
  /// The product of the sizes; the reader has refused shapes that overflow it.
  std::int64_t numel() const;
  /// Bytes of the values in C order. Throws Error when they cannot be counted.
  std::size_t byte_count() const;
  /// Whether the values lie in the storage in C order without gaps.
  bool is_contiguous() const;
  /// "[300, 3380]"
  std::string shape_text() const;
};

/// The strides of C order without gaps, in elements. The shape's product must not overflow.
std::vector<std::int64_t> contiguous_strides(const std::vector<std::int64_t>& shape);

/// The stored values in C order, little-endian. Throws Error for a tensor without numbers, for a
/// damaged storage, and for an expanded tensor of more than 256 MiB.
std::vector<std::byte> contiguous_bytes(const Tensor& tensor);

/// The same in pieces of whole elements, each valid until `use` returns; a large file does not
/// stay in memory. Throws Error as contiguous_bytes does, perhaps after the last piece.
void read_contiguous(const Tensor& tensor, const Storage::Use& use);

/// The same without a copy; empty when the tensor is not contiguous or is big-endian.
std::span<const std::byte> contiguous_view(const Tensor& tensor);

}  // namespace mlpctl::state
