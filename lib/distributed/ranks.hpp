#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace mlpctl::distributed {

/// This process among those that a launcher started to do one work.
struct Ranks {
  int rank = 0, size = 1;
  /// Among the processes on this machine. local_size is 1 where the launcher does not tell.
  int local_rank = 0, local_size = 1;
  /// Whether the launcher shows each rank only the CUDA devices that are for it alone.
  bool sees_own_devices = false;
  /// Where rank 0 waits for the others; empty and 0 for a lone process.
  std::string master_address = {};
  int master_port = 0;
  /// Whether the launcher keeps the store that ranks meet in, as torchrun may; else rank 0 does.
  bool launcher_keeps_store = false;
  /// How often the launcher has started these ranks anew.
  int restarts = 0;
  /// "torchrun", "Open MPI", "PMI", "Slurm", or what the variables are called.
  std::string launcher = {};

  bool alone() const { return size == 1; }
};

/// The value of an environment variable; missing where it is not set.
using Environment = std::function<std::optional<std::string>(const char* name)>;
Environment process_environment();

/// Reads, in this order, RANK and WORLD_SIZE, Open MPI's, PMI's and, within a step of srun, Slurm's
/// variables; a lone process without any. MASTER_ADDR and MASTER_PORT win over the address that the
/// launcher's variables give. Throws Error naming the variables that are missing, no numbers or
/// contradict each other.
Ranks read_ranks(const Environment& environment);

/// The part of `count` things that is a rank's: ranks have equally many, the first ones maybe one
/// more, in their order.
struct Share {
  std::int64_t first, count;
};
Share share_of(std::int64_t count, int rank, int size);

}  // namespace mlpctl::distributed
