#include "distributed/group.hpp"

#include <algorithm>
#include <cstring>
#include <vector>

namespace mlpctl::distributed {
namespace {

/// The first of the tags that a group's user may not take.
constexpr int kBroadcast = 1 << 20, kLargest = kBroadcast + 1;

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

float largest(Group& group, float value) {
  if (group.rank() != 0) {
    group.send(0, kLargest, std::span(&value, 1))->wait();
  } else {
    float other = 0;
    for (int from = 1; from < group.size(); ++from) {
      group.receive(from, kLargest, std::span(&other, 1))->wait();
      value = std::max(value, other);
    }
  }
  broadcast(group, std::span(&value, 1));
  return value;
}

// As so many floats, whose bits nobody looks at.
void broadcast(Group& group, std::span<double> values) {
  std::vector<float> halves(2 * values.size());
  std::memcpy(halves.data(), values.data(), values.size_bytes());
  broadcast(group, std::span(halves));
  std::memcpy(values.data(), halves.data(), values.size_bytes());
}

}  // namespace mlpctl::distributed
