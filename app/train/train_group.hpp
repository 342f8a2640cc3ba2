#pragma once

#include <chrono>
#include <functional>
#include <string>

#include "cli/exit_code.hpp"
#include "distributed/group.hpp"
#include "distributed/ranks.hpp"
#include "train/network.hpp"

namespace mlpctl::app {

/// The ranks that this run is of; a lone process is a group of its own, which meets nobody.
class TrainGroup {
 public:
  explicit TrainGroup(distributed::Ranks ranks) : ranks_(std::move(ranks)) {}

  const distributed::Ranks& ranks() const { return ranks_; }
  bool alone() const { return ranks_.alone(); }
  /// Whether this process writes and tells.
  bool leads() const { return ranks_.rank == 0; }
  /// Null for a lone process and before the ranks have met.
  distributed::Group* group() const { return group_; }

  void meet(const train::Engine& engine, std::chrono::seconds timeout);
  /// Throws Error where rank 0 has other words for what the run is made of.
  void require_same(const std::string& words) const;
  /// The network is trained: what is left to do is rank 0's, which needs nobody for it.
  void trained() const;
  /// Ends the run of all with rank 0's code, once it has done its work.
  ExitCode settle(ExitCode code) const;

  /// How a library's sentence is told to this program's users.
  using Wording = std::function<std::string(const std::string& sentence)>;

  /// Runs the work; what it throws is told to the other ranks, in these words, and, but for rank 0,
  /// thrown with the rank before it.
  ExitCode run(const std::function<ExitCode()>& work, const Wording& wording) const;

 private:
  distributed::Ranks ranks_;
  distributed::Group* group_ = nullptr;
};

}  // namespace mlpctl::app
