#pragma once

#include <chrono>
#include <string>
#include <torch/csrc/distributed/c10d/Store.hpp>
#include <vector>

#include "distributed/group.hpp"
#include "distributed/ranks.hpp"

namespace mlpctl::train {

/// LibTorch's first line, without the stack below it.
std::string first_line(const std::exception& error);

/// What every rank says at a moment of its run.
enum class Moment { kCame, kMemory, kShared, kConnected, kLeft };

/// Where ranks meet: a TCPStore of c10d's at rank 0's address, which rank 0 or the launcher keeps.
/// What takes long, from the construction on, takes the meeting's time together.
class Rendezvous {
 public:
  using Store = c10::intrusive_ptr<c10d::Store>;

  /// Throws Error where the store cannot be kept or reached in time.
  Rendezvous(const distributed::Ranks& ranks, const distributed::Meeting& meeting);

  const distributed::Ranks& ranks() const { return ranks_; }
  const Store& store() const { return store_; }
  /// Another connection to the same.
  Store connect() const;
  /// What the meeting's time has left; at least a moment, for what is there already.
  std::chrono::milliseconds left() const;

  /// Says that this rank has come so far and waits for the others; what all say, by rank. Throws
  /// Error naming those who do not come.
  std::vector<std::string> meet(Moment moment, const std::string& own) const;
  /// Says that this rank is done; where it keeps the store, waits shortly for others.
  void leave() const;
  /// Before an error ends this rank: others may be about to read what the store that it keeps says
  /// of it.
  void linger() const;

  /// "host:port".
  std::string place() const;
  bool keeps_store() const { return ranks_.rank == 0 && !ranks_.launcher_keeps_store; }

 private:
  Store connect(bool keeps) const;
  std::string missing_ranks(Moment moment) const;
  std::string within() const;
  [[noreturn]] void refuse(const std::string& why) const;

  const distributed::Ranks ranks_;
  const std::chrono::seconds time_;
  const std::chrono::steady_clock::time_point end_;
  Store store_;
};

}  // namespace mlpctl::train
