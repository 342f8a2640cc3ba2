#include "distributed/ranks.hpp"

#include <catch2/catch_test_macros.hpp>
#include <catch2/matchers/catch_matchers_exception.hpp>
#include <catch2/matchers/catch_matchers_string.hpp>
#include <map>

#include "mlpctl/error.hpp"

namespace mlpctl::distributed {
namespace {

using Catch::Matchers::ContainsSubstring;
using Catch::Matchers::MessageMatches;
using Set = std::map<std::string, std::string>;

Ranks read(const Set& set) {
  return read_ranks([&](const char* name) -> std::optional<std::string> {
    const auto found = set.find(name);
    return found == set.end() ? std::nullopt : std::optional(found->second);
  });
}

Set with(Set set, const Set& more) {
  for (const auto& [name, value] : more) set[name] = value;
  return set;
}

const Set kTorchrun{{"RANK", "3"},
                    {"WORLD_SIZE", "4"},
                    {"LOCAL_RANK", "1"},
                    {"LOCAL_WORLD_SIZE", "2"},
                    {"MASTER_ADDR", "alpha"},
                    {"MASTER_PORT", "29500"},
                    {"TORCHELASTIC_RUN_ID", "none"},
                    {"TORCHELASTIC_RESTART_COUNT", "2"},
                    {"TORCHELASTIC_USE_AGENT_STORE", "True"}};
const Set kOpenMpi{{"OMPI_COMM_WORLD_RANK", "1"},
                   {"OMPI_COMM_WORLD_SIZE", "4"},
                   {"OMPI_COMM_WORLD_LOCAL_RANK", "1"},
                   {"OMPI_COMM_WORLD_LOCAL_SIZE", "4"},
                   {"PMIX_NAMESPACE", "812941313"}};
const Set kSlurm{{"SLURM_JOB_ID", "4711"},
                 {"SLURM_STEP_ID", "0"},
                 {"SLURM_PROCID", "5"},
                 {"SLURM_NTASKS", "6"},
                 {"SLURM_STEP_NUM_TASKS", "6"},
                 {"SLURM_LOCALID", "1"},
                 {"SLURM_NODEID", "2"},
                 {"SLURM_STEP_NODELIST", "node[03-05]"},
                 {"SLURM_JOB_NODELIST", "node[01-05]"},
                 {"SLURM_STEP_TASKS_PER_NODE", "2(x3)"}};

void require_refusal(const Set& set, const std::string& words) {
  CHECK_THROWS_MATCHES(read(set), Error, MessageMatches(ContainsSubstring(words)));
}

TEST_CASE("Without a launcher's variables a process is alone") {
  const Ranks ranks = read({{"PATH", "/bin"}, {"RANK", ""}, {"MASTER_ADDR", "alpha"}});
  CHECK(ranks.alone());
  CHECK(ranks.master_address.empty());
}

TEST_CASE("torchrun's variables are read") {
  const Ranks ranks = read(kTorchrun);
  CHECK(ranks.rank == 3);
  CHECK(ranks.size == 4);
  CHECK(ranks.local_rank == 1);
  CHECK(ranks.local_size == 2);
  CHECK(ranks.master_address == "alpha");
  CHECK(ranks.master_port == 29500);
  CHECK(ranks.launcher_keeps_store);
  CHECK(ranks.restarts == 2);
}

TEST_CASE("torchrun wins over Slurm, which may have started it once a machine") {
  CHECK(read(with(kTorchrun, kSlurm)).rank == 3);
}

TEST_CASE("Open MPI's ranks on one machine need no address") {
  const Ranks ranks = read(kOpenMpi);
  CHECK(ranks.rank == 1);
  CHECK(ranks.size == 4);
  CHECK(ranks.master_address == "127.0.0.1");
  CHECK(ranks.master_port >= 16384);
  CHECK(ranks.master_port < 32768);
  CHECK(read(with(kOpenMpi, {{"PMIX_NAMESPACE", "812941314"}})).master_port != ranks.master_port);
}

TEST_CASE("Open MPI's ranks on several machines need an address") {
  const Set several = with(kOpenMpi, {{"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  require_refusal(several, "set MASTER_ADDR, the machine of rank 0, and MASTER_PORT");
  const Ranks ranks = read(with(several, {{"MASTER_ADDR", "10.0.0.1"}, {"MASTER_PORT", "3000"}}));
  CHECK(ranks.rank == 1);
  CHECK(ranks.master_address == "10.0.0.1");
}

TEST_CASE("mpirun within an allocation of Slurm's starts its processes by a task a node") {
  // Of the first node's, which mpirun starts itself, Slurm says no more than of its script.
  Set script = with(kSlurm, {{"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}, {"SLURM_PROCID", "0"}});
  script.erase("SLURM_STEP_ID");
  const Set by_task = with(kSlurm, {{"SLURM_PROCID", "0"},
                                    {"SLURM_STEP_NUM_TASKS", "4"},
                                    {"SLURM_STEP_NUM_NODES", "4"},
                                    {"SLURM_STEP_TASKS_PER_NODE", "1(x4)"},
                                    {"OMPI_COMM_WORLD_LOCAL_SIZE", "2"}});
  const Ranks first = read(with(kOpenMpi, script)), other = read(with(kOpenMpi, by_task));
  CHECK(first.rank == 1);
  CHECK(other.rank == 1);
  CHECK(other.size == 4);
  CHECK(other.master_address == "node01");
  CHECK(other.master_port == first.master_port);
}

TEST_CASE("srun gives PMI's variables beside its own, which say more") {
  const Ranks ranks = read(with(kSlurm, {{"PMI_RANK", "5"}, {"PMI_SIZE", "6"}}));
  CHECK(ranks.rank == 5);
  CHECK(ranks.local_rank == 1);
  CHECK(ranks.master_address == "node03");
  CHECK(ranks.launcher == "Slurm");
}

TEST_CASE("Slurm may show each of its ranks the devices that are for it alone") {
  CHECK_FALSE(read(kSlurm).sees_own_devices);
  CHECK(read(with(kSlurm, {{"SLURM_GPUS_PER_TASK", "1"}})).sees_own_devices);
}

TEST_CASE("PMI's ranks are read") {
  const Ranks ranks = read({{"PMI_RANK", "1"},
                            {"PMI_SIZE", "2"},
                            {"MPI_LOCALRANKID", "1"},
                            {"MPI_LOCALNRANKS", "2"},
                            {"MASTER_PORT", "3000"}});
  CHECK(ranks.rank == 1);
  CHECK(ranks.local_size == 2);
  CHECK(ranks.master_address == "127.0.0.1");
}

TEST_CASE("A step of srun meets on the first of its own nodes") {
  const Ranks ranks = read(kSlurm);
  CHECK(ranks.rank == 5);
  CHECK(ranks.size == 6);
  CHECK(ranks.local_rank == 1);
  CHECK(ranks.local_size == 2);
  CHECK(ranks.master_address == "node03");
  CHECK(ranks.master_port == read(with(kSlurm, {{"SLURM_PROCID", "0"}})).master_port);
}

TEST_CASE("In a shell of salloc and in the script of sbatch a process is alone") {
  Set shell = kSlurm;
  shell.erase("SLURM_STEP_ID");
  CHECK(read(shell).alone());
  for (const char* step : {"4294967290", "4294967291", "batch"}) {
    CHECK(read(with(kSlurm, {{"SLURM_STEP_ID", step}})).alone());
  }
}

TEST_CASE("Variables that contradict each other are refused with their names") {
  require_refusal({{"RANK", "0"}}, "RANK is set, but WORLD_SIZE is not");
  require_refusal({{"WORLD_SIZE", "2"}}, "WORLD_SIZE is set, but RANK is not");
  require_refusal({{"RANK", "2"}, {"WORLD_SIZE", "2"}}, "RANK 2 and WORLD_SIZE 2");
  require_refusal({{"RANK", "one"}, {"WORLD_SIZE", "2"}}, "RANK is 'one', which is no number");
  require_refusal({{"RANK", "-1"}, {"WORLD_SIZE", "2"}}, "RANK is '-1'");
  require_refusal(with(kTorchrun, {{"LOCAL_RANK", "2"}}), "LOCAL_RANK 2 and LOCAL_WORLD_SIZE 2");
  require_refusal({{"RANK", "0"}, {"WORLD_SIZE", "2"}}, "set MASTER_ADDR");
  require_refusal(with(kTorchrun, {{"MASTER_PORT", "70000"}}), "MASTER_PORT is 70000");
  require_refusal(with(kOpenMpi, {{"RANK", "2"}, {"WORLD_SIZE", "4"}}),
                  "Open MPI says OMPI_COMM_WORLD_RANK 1");
  require_refusal(with(kOpenMpi, {{"PMI_RANK", "0"}, {"PMI_SIZE", "2"}}),
                  "but PMI says PMI_RANK 0");
  require_refusal(with(kSlurm, {{"RANK", "2"}, {"WORLD_SIZE", "4"}}), "Slurm says SLURM_PROCID 5");
  require_refusal(with(kSlurm, kOpenMpi), "but Slurm says SLURM_PROCID 5");
  require_refusal(with(kSlurm, {{"PMI_RANK", "0"}, {"PMI_SIZE", "6"}}), "PMI_RANK 0");
  require_refusal(with(kSlurm, {{"SLURM_STEP_NODELIST", "node[x]"}}), "set MASTER_ADDR");
}

TEST_CASE("Shares cover everything once, in the order of the ranks, and differ by one at most") {
  for (const std::int64_t count : {0, 1, 5, 64, 67}) {
    for (const int size : {1, 2, 3, 4, 7}) {
      std::int64_t next = 0;
      for (int rank = 0; rank < size; ++rank) {
        const Share share = share_of(count, rank, size);
        CHECK(share.first == next);
        CHECK(share.count - count / size <= 1);
        CHECK(share.count >= count / size);
        next += share.count;
      }
      CHECK(next == count);
    }
  }
}

}  // namespace
}  // namespace mlpctl::distributed
