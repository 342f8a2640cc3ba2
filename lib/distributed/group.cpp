#include "distributed/group.hpp"

#include <cstring>
#include <vector>

namespace mlpctl::distributed {
namespace {

/// The first of the tags that a group's user may not take.
constexpr int kBroadcast = 1 << 20;

}  // namespace

void broadcast(Group& group, std::span<float> values) {
  if (group.rank() != 0) {
    group.receive(0, kBroadcast, values)->wait();
    return;
  }
  std::vector<std::unique_ptr<Transfer>> sent;
  for (int to = 1; to < group.size(); ++to) sent.push_back(group.send(to, kBroadcast, values));
  for (const auto& each : sent) each->wait();
}

// As so many floats, whose bits nobody looks at.
void broadcast(Group& group, std::span<double> values) {
  std::vector<float> halves(2 * values.size());
  std::memcpy(halves.data(), values.data(), values.size_bytes());
  broadcast(group, std::span(halves));
  std::memcpy(values.data(), halves.data(), values.size_bytes());
}

}  // namespace mlpctl::distributed
