#include "train/torch/backend_sum.hpp"

#include <utility>

#include "mlpctl/error.hpp"

namespace mlpctl::train {

BackendSum::BackendSum(c10::intrusive_ptr<c10d::Backend> backend, Watch& watch)
    : backend_(std::move(backend)), watch_(watch) {}

void BackendSum::begin(const at::Tensor& values) {
  c10d::AllreduceOptions options;
  options.timeout = kPatience;
  std::vector<at::Tensor> tensors{values};
  try {
    works_.push_back(backend_->allreduce(tensors, options));
  } catch (const std::exception&) {
    throw Error(ErrorCode::kIo, watch_.lost());
  }
}

void BackendSum::finish() {
  watch_.waits_for_all();
  try {
    // With a time to wait for, a CUDA device's host would stand still.
    for (const auto& work : works_) work->wait();
  } catch (const std::exception&) {
    throw Error(ErrorCode::kIo, watch_.lost());
  }
  works_.clear();
  watch_.waited_for_all();
}

}  // namespace mlpctl::train
