#include "distributed/ranks.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdlib>
#include <string_view>

#include "distributed/node_list.hpp"
#include "mlpctl/error.hpp"

namespace mlpctl::distributed {
namespace {

[[noreturn]] void refuse(const std::string& sentence) {
  throw Error(ErrorCode::kInvalidArgument, sentence);
}

/// Reads variables and tells of what is wrong with them.
class Variables {
 public:
  explicit Variables(const Environment& environment) : environment_(environment) {}

  std::string text(const char* name) const { return environment_(name).value_or(""); }
  bool has(const char* name) const { return !text(name).empty(); }

  std::optional<int> number(const char* name) const {
    const std::string value = text(name);
    if (value.empty()) return std::nullopt;
    int number = -1;
    const char* const end = value.data() + value.size();
    const auto parsed = std::from_chars(value.data(), end, number);
    if (parsed.ec != std::errc() || parsed.ptr != end || number < 0)
      refuse(std::string(name) + " is '" + value + "', which is no number");
    return number;
  }

 private:
  const Environment& environment_;
};

/// The variables by which a launcher numbers its processes.
struct Names {
  const char *launcher, *rank, *size, *local_rank, *local_size;
};
constexpr Names kOwn{"RANK and WORLD_SIZE", "RANK", "WORLD_SIZE", "LOCAL_RANK", "LOCAL_WORLD_SIZE"};
constexpr Names kOpenMpi{"Open MPI", "OMPI_COMM_WORLD_RANK", "OMPI_COMM_WORLD_SIZE",
                         "OMPI_COMM_WORLD_LOCAL_RANK", "OMPI_COMM_WORLD_LOCAL_SIZE"};
constexpr Names kPmi{"PMI", "PMI_RANK", "PMI_SIZE", "MPI_LOCALRANKID", "MPI_LOCALNRANKS"};
constexpr Names kSlurm{"Slurm", "SLURM_PROCID", "SLURM_STEP_NUM_TASKS", "SLURM_LOCALID", ""};

/// Ports that the system gives to nobody who does not ask for them.
constexpr int kFirstPort = 16384, kPorts = 16384;

/// A port that all processes of a job find and another job hardly has.
int port_of(std::string_view job) {
  std::uint32_t hash = 2166136261U;  // FNV-1a
  for (const char c : job) hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  return kFirstPort + static_cast<int>(hash % static_cast<std::uint32_t>(kPorts));
}

/// "RANK 2 and WORLD_SIZE 2" for messages.
std::string pair_text(const Names& names, int rank, int size) {
  return std::string(names.rank) + " " + std::to_string(rank) + " and " + names.size + " " +
         std::to_string(size);
}

std::optional<Ranks> ranks_by(const Variables& variables, const Names& names) {
  const auto rank = variables.number(names.rank);
  const auto size = variables.number(names.size);
  if (!rank && !size) return std::nullopt;
  if (!rank || !size) {
    refuse(std::string(rank ? names.rank : names.size) + " is set, but " +
           (rank ? names.size : names.rank) + " is not: set both, or neither for a lone process");
  }
  if (*rank >= *size) {
    refuse(pair_text(names, *rank, *size) + ": ranks count from 0, so the last is " +
           std::to_string(*size - 1));
  }
  Ranks ranks{.rank = *rank, .size = *size, .launcher = names.launcher};
  ranks.local_rank = variables.number(names.local_rank).value_or(0);
  if (*names.local_size != '\0')
    ranks.local_size = variables.number(names.local_size).value_or(ranks.local_rank + 1);
  if (ranks.local_rank >= ranks.local_size || ranks.local_size > ranks.size) {
    refuse(std::string(names.local_rank) + " " + std::to_string(ranks.local_rank) + " and " +
           names.local_size + " " + std::to_string(ranks.local_size) + " do not go with " +
           pair_text(names, *rank, *size));
  }
  return ranks;
}

/// Within a step that srun started. A shell of salloc and the script of sbatch have variables of
/// the same names, but are lone processes.
bool in_slurm_step(const Variables& variables) {
  // Slurm's own steps: the batch script, and a shell of salloc.
  constexpr std::array kShells{std::string_view("4294967291"), std::string_view("4294967290"),
                               std::string_view("batch"), std::string_view("interactive")};
  const std::string step = variables.text("SLURM_STEP_ID");
  return !step.empty() && std::ranges::count(kShells, step) == 0 && variables.has("SLURM_PROCID") &&
         variables.has(kSlurm.size);
}

std::string slurm_nodes(const Variables& variables) {
  for (const char* name : {"SLURM_STEP_NODELIST", "SLURM_NODELIST", "SLURM_JOB_NODELIST"}) {
    if (variables.has(name)) return variables.text(name);
  }
  return "";
}

std::optional<Ranks> slurm_ranks(const Variables& variables) {
  if (!in_slurm_step(variables)) return std::nullopt;
  Names names = kSlurm;
  names.local_rank = names.local_size = "";
  auto ranks = ranks_by(variables, names);
  ranks->local_rank = variables.number(kSlurm.local_rank).value_or(0);
  const int node = variables.number("SLURM_NODEID").value_or(0);
  const int tasks = tasks_on_node(variables.text("SLURM_STEP_TASKS_PER_NODE"), node);
  ranks->local_size = std::max(tasks, ranks->local_rank + 1);
  ranks->sees_own_devices = variables.has("SLURM_GPUS_PER_TASK");
  ranks->master_address = first_node(slurm_nodes(variables));
  const std::string job = variables.text("SLURM_JOB_ID");
  ranks->master_port = port_of(job + "." + variables.text("SLURM_STEP_ID"));
  return ranks;
}

std::optional<Ranks> mpi_ranks(const Variables& variables, const Names& names) {
  auto ranks = ranks_by(variables, names);
  if (!ranks) return ranks;
  // Within an allocation of Slurm's, mpirun begins with its first node.
  const bool is_local = ranks->local_size == ranks->size;
  ranks->master_address = is_local ? "127.0.0.1" : first_node(variables.text("SLURM_JOB_NODELIST"));
  if (ranks->master_address.empty()) return ranks;
  for (const char* job :
       {"PMIX_NAMESPACE", "OMPI_MCA_ess_base_jobid", "HYDI_CONTROL_FD", "PMI_ID"}) {
    if (variables.has(job) && ranks->master_port == 0)
      ranks->master_port = port_of(std::string(job) + variables.text(job));
  }
  return ranks;
}

/// Both say where this process stands among others.
void require_same(const Ranks& one, const Names& its_names, const Ranks& other,
                  const Names& other_names) {
  if (one.rank == other.rank && one.size == other.size) return;
  refuse(pair_text(its_names, one.rank, one.size) + ", but " + other.launcher + " says " +
         pair_text(other_names, other.rank, other.size) +
         ": unset the variables of the one that did not start this");
}

/// Where this process stands, and what says so.
struct Place {
  Ranks ranks;
  Names names;
};

/// A step of one task a node may be another launcher's, which starts this process by its task
/// there.
bool may_start_launchers(const Variables& variables) {
  return variables.text(kSlurm.size) == variables.text("SLURM_STEP_NUM_NODES");
}

/// Slurm's word beside another's: srun gives its tasks PMI's variables as well.
std::optional<Place> place_with_slurm(const Variables& variables, std::optional<Place> other) {
  const auto slurm = slurm_ranks(variables);
  if (!slurm) return other;
  if (!other) return Place{*slurm, kSlurm};
  const bool is_same = other->ranks.rank == slurm->rank && other->ranks.size == slurm->size;
  if (!is_same && may_start_launchers(variables)) return other;
  require_same(other->ranks, other->names, *slurm, kSlurm);
  return Place{*slurm, kSlurm};
}

std::optional<Place> mpi_place(const Variables& variables) {
  const auto open_mpi = mpi_ranks(variables, kOpenMpi), pmi = mpi_ranks(variables, kPmi);
  if (open_mpi && pmi) require_same(*open_mpi, kOpenMpi, *pmi, kPmi);
  if (open_mpi) return Place{*open_mpi, kOpenMpi};
  if (pmi) return Place{*pmi, kPmi};
  return std::nullopt;
}

std::optional<Ranks> all_ranks(const Variables& variables) {
  const auto own = ranks_by(variables, kOwn);
  // torchrun may itself have been started by the others, once a machine.
  const bool by_torchrun = variables.has("TORCHELASTIC_RUN_ID");
  if (own && by_torchrun) {
    Ranks ranks = *own;
    ranks.launcher = "torchrun";
    ranks.launcher_keeps_store = variables.text("TORCHELASTIC_USE_AGENT_STORE") == "True";
    ranks.restarts = variables.number("TORCHELASTIC_RESTART_COUNT").value_or(0);
    return ranks;
  }
  auto place = mpi_place(variables);
  if (own && place) require_same(*own, kOwn, place->ranks, place->names);
  if (own && !place) place = Place{*own, kOwn};
  place = place_with_slurm(variables, place);
  if (!place) return std::nullopt;
  return place->ranks;
}

void take_master(const Variables& variables, Ranks& ranks) {
  if (variables.has("MASTER_ADDR")) ranks.master_address = variables.text("MASTER_ADDR");
  if (const auto port = variables.number("MASTER_PORT")) ranks.master_port = *port;
  std::string missing;
  if (ranks.master_address.empty()) missing = "MASTER_ADDR, the machine of rank 0";
  if (ranks.master_port == 0)
    missing += (missing.empty() ? "" : ", and ") + std::string("MASTER_PORT, a free port there");
  if (!missing.empty()) {
    refuse(std::to_string(ranks.size) + " ranks by " + ranks.launcher + ": set " + missing +
           ", the same for all ranks");
  }
  constexpr int kLastPort = 65535;
  if (ranks.master_port > kLastPort)
    refuse("MASTER_PORT is " + std::to_string(ranks.master_port) + ", the last port is 65535");
}

}  // namespace

Environment process_environment() {
  return [](const char* name) -> std::optional<std::string> {
    const char* const value = std::getenv(name);
    return value == nullptr ? std::nullopt : std::optional<std::string>(value);
  };
}

Ranks read_ranks(const Environment& environment) {
  const Variables variables(environment);
  const auto found = all_ranks(variables);
  if (!found || found->alone()) return {};
  Ranks ranks = *found;
  take_master(variables, ranks);
  return ranks;
}

Share share_of(std::int64_t count, int rank, int size) {
  const std::int64_t each = count / size, more = count % size;
  return {rank * each + std::min<std::int64_t>(rank, more), each + (rank < more ? 1 : 0)};
}

}  // namespace mlpctl::distributed
