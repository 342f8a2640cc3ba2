#include "train/torch/gloo_transport.hpp"

#include <ATen/ops/from_blob.h>

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "distributed/address.hpp"
#include "mlpctl/error.hpp"
#include "train/torch/backend_sum.hpp"
#include "train/torch/rendezvous.hpp"

namespace mlpctl::train {
namespace {

using distributed::Ranks;
using distributed::Transfer;
using Gloo = c10d::ProcessGroupGloo;

std::vector<at::Tensor> tensors_over(std::span<float> values) {
  return {at::from_blob(values.data(), {static_cast<std::int64_t>(values.size())}, at::kFloat)};
}

class GlooTransfer : public Transfer {
 public:
  GlooTransfer(const GlooTransport::OnGone& on_gone, int other, c10::intrusive_ptr<c10d::Work> work)
      : on_gone_(on_gone), other_(other), work_(std::move(work)) {}
  void wait() override {
    try {
      work_->wait(kPatience);
    } catch (const std::exception&) {
      on_gone_(other_);
    }
  }

 private:
  const GlooTransport::OnGone& on_gone_;
  int other_;
  c10::intrusive_ptr<c10d::Work> work_;
};

}  // namespace

c10::intrusive_ptr<Gloo> connect_gloo(const c10::intrusive_ptr<c10d::Store>& store,
                                      const Ranks& ranks, const std::string& interface,
                                      std::chrono::milliseconds timeout) {
  try {
    auto options = Gloo::Options::create(timeout);
    options->threads = 1;  // Messages between two ranks need none.
    options->devices.push_back(interface.empty()
                                   ? Gloo::createDeviceForHostname(distributed::address_towards(
                                         ranks.master_address, ranks.master_port))
                                   : Gloo::createDeviceForInterface(interface));
    return c10::make_intrusive<Gloo>(store, ranks.rank, ranks.size, std::move(options));
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    const std::string by = interface.empty() ? "" : " by " + interface + " (GLOO_SOCKET_IFNAME)";
    throw Error(ErrorCode::kIo,
                "the ranks do not reach each other" + by + ": " + first_line(error));
  }
}

GlooTransport::GlooTransport(c10::intrusive_ptr<Gloo> gloo, OnGone on_gone)
    : gloo_(std::move(gloo)), on_gone_(std::move(on_gone)) {}

std::unique_ptr<Transfer> GlooTransport::send(int to, int tag, std::span<float> values) {
  c10::intrusive_ptr<c10d::Work> work;
  try {
    auto tensors = tensors_over(values);
    work = gloo_->send(tensors, to, tag);
  } catch (const std::exception&) {
    on_gone_(to);
  }
  return std::make_unique<GlooTransfer>(on_gone_, to, std::move(work));
}

std::unique_ptr<Transfer> GlooTransport::receive(int from, int tag, std::span<float> values) {
  c10::intrusive_ptr<c10d::Work> work;
  try {
    auto tensors = tensors_over(values);
    work = gloo_->recv(tensors, from, tag);
  } catch (const std::exception&) {
    on_gone_(from);
  }
  return std::make_unique<GlooTransfer>(on_gone_, from, std::move(work));
}

}  // namespace mlpctl::train
