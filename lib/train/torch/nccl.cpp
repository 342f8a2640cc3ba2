#include "train/torch/nccl.hpp"

#include <cstdlib>
#include <torch/csrc/distributed/c10d/ProcessGroupNCCL.hpp>

#include "train/torch/backend_sum.hpp"

namespace mlpctl::train {

c10::intrusive_ptr<c10d::Backend> make_nccl(const c10::intrusive_ptr<c10d::Store>& store,
                                            const distributed::Ranks& ranks) {
  // By itself it would end the process with a stack where a rank is gone, before the watch can say
  // which.
  setenv("TORCH_NCCL_ASYNC_ERROR_HANDLING", "0", 0);
  auto options = c10d::ProcessGroupNCCL::Options::create();
  options->timeout = kPatience;
  return c10::make_intrusive<c10d::ProcessGroupNCCL>(store, ranks.rank, ranks.size,
                                                     std::move(options));
}

}  // namespace mlpctl::train
