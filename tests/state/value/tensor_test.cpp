#include "mlpctl/state/tensor.hpp"

#include <catch2/catch_test_macros.hpp>
#include <cstring>

#include "support/error_code.hpp"

namespace state = mlpctl::state;

namespace {

class Numbers : public state::Storage {
 public:
  explicit Numbers(std::vector<std::uint16_t> values, std::endian order)
      : values_(std::move(values)), order_(order) {}

  std::span<const std::byte> bytes() const override { return std::as_bytes(std::span(values_)); }
  std::size_t size() const override { return 2 * values_.size(); }
  std::endian byte_order() const override { return order_; }

 private:
  std::vector<std::uint16_t> values_;
  std::endian order_;
};

state::Tensor view(std::vector<std::int64_t> shape, std::vector<std::int64_t> strides,
                   std::int64_t offset, std::endian order = std::endian::little) {
  state::Tensor tensor;
  tensor.dtype = state::DType::kInt16;
  tensor.shape = std::move(shape);
  tensor.strides = std::move(strides);
  tensor.offset = offset;
  tensor.storage = std::make_shared<Numbers>(std::vector<std::uint16_t>{0, 1, 2, 3, 4, 5}, order);
  return tensor;
}

std::vector<std::uint16_t> values(const state::Tensor& tensor) {
  const auto bytes = state::contiguous_bytes(tensor);
  std::vector<std::uint16_t> result(bytes.size() / 2);
  if (!bytes.empty()) std::memcpy(result.data(), bytes.data(), bytes.size());
  return result;
}

using V = std::vector<std::uint16_t>;

}  // namespace

TEST_CASE("views are spelled out in C order") {
  CHECK(values(view({2, 3}, {3, 1}, 0)) == V{0, 1, 2, 3, 4, 5});
  CHECK(values(view({3, 2}, {1, 3}, 0)) == V{0, 3, 1, 4, 2, 5});
  CHECK(values(view({2}, {2}, 1)) == V{1, 3});
  CHECK(values(view({2, 2}, {0, 1}, 4)) == V{4, 5, 4, 5});
  CHECK(values(view({}, {}, 3)) == V{3});
  CHECK(values(view({2, 0}, {1, 1}, 0)).empty());
  CHECK(values(view({2, 1, 2}, {3, 9, 2}, 0)) == V{0, 2, 3, 5});
}

TEST_CASE("big endian numbers are turned round") {
  CHECK(values(view({2}, {1}, 1, std::endian::big)) == V{0x0100, 0x0200});
  CHECK(values(view({2}, {2}, 1, std::endian::big)) == V{0x0100, 0x0300});
}

TEST_CASE("a view without a copy exists for plain tensors alone") {
  CHECK(state::contiguous_view(view({2}, {1}, 1)).size() == 4);
  CHECK(state::contiguous_view(view({2}, {2}, 1)).empty());
  CHECK(state::contiguous_view(view({2}, {1}, 1, std::endian::big)).empty());
}

TEST_CASE("an expanded tensor is not spelled out beyond measure") {
  const auto huge = view({1 << 20, 1 << 20}, {0, 0}, 0);
  CHECK(huge.numel() == std::int64_t{1} << 40);
  CHECK(mlpctl::tests::error_code([&] { state::contiguous_bytes(huge); }) ==
        mlpctl::ErrorCode::kNotSupported);
  CHECK(huge.shape_text() == "[1048576, 1048576]");
}
