#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "distributed/group.hpp"
#include "distributed/ranks.hpp"
#include "net/folded_share.hpp"
#include "train/flat_parameters.hpp"

namespace mlpctl::train {

using Transfers = std::vector<std::unique_ptr<distributed::Transfer>>;

/// Waits for all of them and forgets them.
void finish(Transfers& transfers);

/// target = the sum of the parts in their order; one of them may be target.
void sum_parts(std::span<const float* const> parts, std::span<float> target);

/// What a message holds, so that two between the same ranks are told apart.
enum Tag { kFoldedTag, kHeadTag, kHeadGradientTag, kFoldedGradientTag, kTapsTag, kStateTag };

/// Who owns what, and the messages of a group that shares a network.
class Owners {
 public:
  explicit Owners(distributed::Group& group)
      : group_(group), rank_(group.rank()), size_(group.size()) {}

  int rank() const { return rank_; }
  int size() const { return size_; }
  net::BlockRange blocks(int rank) const {
    const auto share = distributed::share_of(net::kBlocks, rank, size_);
    return {share.first, share.count};
  }
  net::BlockRange own() const { return blocks(rank_); }
  /// A rank's part of the head, counted from FlatParameters::kHead.
  distributed::Share head(int rank) const {
    return distributed::share_of(FlatParameters::kHeadSize, rank, size_);
  }
  std::span<float> head_of(FlatParameters& all, int rank) const {
    return all.at(FlatParameters::kHead + head(rank).first, head(rank).count);
  }

  /// Calls visit(rank) for all others, beginning with the next.
  template <typename Visit>
  void others(const Visit& visit) const {
    for (int i = 1; i < size_; ++i) visit((rank_ + i) % size_);
  }
  void send(Transfers& sent, int to, Tag tag, std::span<float> values) const {
    if (!values.empty()) sent.push_back(group_.send(to, tag, values));
  }
  void receive(Transfers& coming, int from, Tag tag, std::span<float> values) const {
    if (!values.empty()) coming.push_back(group_.receive(from, tag, values));
  }

 private:
  distributed::Group& group_;
  int rank_, size_;
};

}  // namespace mlpctl::train
