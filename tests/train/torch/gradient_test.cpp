#include <ATen/ops/cross_entropy_loss.h>
#include <torch/csrc/autograd/autograd.h>

#include <numeric>

#include "net/unit_block.hpp"
#include "train/synthetic.hpp"
#include "train/torch/autograd.hpp"
#include "train/torch/mlp_module.hpp"
#include "train/torch/tensors.hpp"
#include "train/torch/torch_and_catch.hpp"

namespace {

using namespace mlpctl;
using namespace mlpctl::train;

struct Pass {
  at::Tensor loss, logits;
  std::vector<at::Tensor> gradients;
};

at::Tensor labels(const Examples& examples) {
  at::Tensor labels = at::empty({examples.count()}, at::kLong);
  std::copy(examples.labels.begin(), examples.labels.end(), labels.data_ptr<std::int64_t>());
  return labels;
}

Pass by_layers(const model::Parameters& parameters, const Examples& examples, double smoothing) {
  MlpModule module(to_tensors(parameters, at::kCPU));
  at::Tensor pictures = at::empty({examples.count(), 1, 28, 28});
  for (std::size_t i = 0; i < examples.images.size(); ++i) {
    values_of(pictures)[i] = static_cast<float>(examples.images[i]) / 255.0F;
  }
  Pass pass{{}, module.forward(pictures), {}};
  pass.loss = at::cross_entropy_loss(pass.logits, labels(examples), {}, at::Reduction::Mean, -100,
                                     smoothing);
  torch::autograd::backward({pass.loss}, {});
  for (const auto& parameter : module.parameters()) pass.gradients.push_back(parameter.grad());
  return pass;
}

Pass folded(const model::Parameters& parameters, const Examples& examples, double smoothing) {
  const Tensors all = to_tensors(parameters, at::kCPU);
  const SmallTensors small{all[0], all[1], all[3], all[4], all[5], all[6], all[7]};
  for (const auto& each : small) each.set_requires_grad(true);
  net::AlignedFloats weight(net::kPackedSize), gradient(net::kPackedSize);
  net::pack(parameters.tensors[2], weight);
  net::FoldedPass folded(2, smoothing, [&](std::int64_t offset, std::span<const float> row) {
    std::copy(row.begin(), row.end(), gradient.begin() + offset);
  });
  folded.batch().pictures.assign(examples.images);
  folded.batch().labels.assign(examples.labels.begin(), examples.labels.end());
  Pass pass{folded_loss(small, weight, folded), at::empty({examples.count(), model::kClasses}), {}};
  for (std::int64_t b = 0; b < examples.count(); ++b) {
    const auto logits = folded.logits(b);
    std::copy(logits.begin(), logits.end(), values_of(pass.logits).begin() + b * model::kClasses);
  }
  torch::autograd::backward({pass.loss}, {});
  for (const auto& each : all) pass.gradients.push_back(each.grad());
  pass.gradients[2] = at::empty_like(all[2]);
  net::unpack(gradient, values_of(pass.gradients[2]));
  return pass;
}

double relative_difference(const at::Tensor& found, const at::Tensor& expected) {
  return ((found - expected).abs().max() / (expected.abs().max() + 1e-30)).item<double>();
}

void compare(model::Parameters parameters, float size, double smoothing) {
  for (float& value : parameters.tensors[2]) value *= size;
  const Synthetic set(33);
  const Pass found = folded(parameters, set.examples(), smoothing);
  const Pass expected = by_layers(parameters, set.examples(), smoothing);
  CHECK(relative_difference(found.loss, expected.loss) < 1e-4);
  CHECK(relative_difference(found.logits, expected.logits) < 1e-4);
  for (std::size_t i = 0; i < found.gradients.size(); ++i) {
    INFO(model::kEntries[i].name);
    CHECK(relative_difference(found.gradients[i], expected.gradients[i]) < 1e-4);
  }
}

}  // namespace

TEST_CASE("the module has the names of the skeleton") {
  MlpModule module(to_tensors(model::initial_parameters(1), at::kCPU));
  std::size_t i = 0;
  for (const auto& item : module.named_parameters()) {
    CHECK(item.key() == model::kEntries[i].name);
    CHECK(item.value().sizes().vec() ==
          std::vector<std::int64_t>(model::kEntries[i].shape().begin(),
                                    model::kEntries[i].shape().end()));
    ++i;
  }
  CHECK(i == model::kEntries.size());
}

TEST_CASE("folded and layer by layer the logits and all eight gradients agree") {
  compare(model::initial_parameters(1), 1, 0);
  compare(model::initial_parameters(2), 1e3F, 0.1);
  compare(model::initial_parameters(3), 1e-3F, 0);
}
