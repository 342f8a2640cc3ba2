#include "thread/available_cpus.hpp"

#include <sched.h>

#include <catch2/catch_test_macros.hpp>
#include <filesystem>

#include "support/temp_dir.hpp"

namespace fs = std::filesystem;

TEST_CASE("the processors are those of the affinity mask where no quota is smaller") {
  cpu_set_t all, one;
  REQUIRE(sched_getaffinity(0, sizeof(all), &all) == 0);
  int first = 0;
  while (!CPU_ISSET(first, &all)) ++first;
  CPU_ZERO(&one);
  CPU_SET(first, &one);
  REQUIRE(sched_setaffinity(0, sizeof(one), &one) == 0);
  const int pinned = mlpctl::available_cpus();
  REQUIRE(sched_setaffinity(0, sizeof(all), &all) == 0);
  CHECK(pinned == 1);
  CHECK(mlpctl::available_cpus() <= CPU_COUNT(&all));
}

TEST_CASE("a share of a processor counts as one more") {
  CHECK(mlpctl::cpus_within(8, 2) == 2);
  CHECK(mlpctl::cpus_within(8, 2.5) == 3);
  CHECK(mlpctl::cpus_within(8, 0.2) == 1);
  CHECK(mlpctl::cpus_within(2, 1e9) == 2);
}

TEST_CASE("the smallest quota of a group and those above it counts") {
  const TempDir dir;
  fs::create_directories(dir / "root/a/b");
  dir.write("groups", "0::/a/b\n");
  dir.write("root/a/b/cpu.max", "max 100000\n");
  const auto quota = [&] { return mlpctl::cgroup_quota(dir / "groups", dir / "root"); };
  CHECK(quota() > 1e6);
  dir.write("root/a/cpu.max", "150000 100000\n");
  CHECK(quota() == 1.5);
  dir.write("root/a/b/cpu.max", "400000 100000\n");
  CHECK(quota() == 1.5);
}

TEST_CASE("version 1 of cgroups has a folder for each set of controllers") {
  const TempDir dir;
  fs::create_directories(dir / "root/cpu,cpuacct/a");
  dir.write("groups", "4:memory:/elsewhere\n3:cpu,cpuacct:/a\n0::/\n");
  dir.write("root/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  dir.write("root/cpu,cpuacct/a/cpu.cfs_quota_us", "50000\n");
  dir.write("root/cpu,cpuacct/a/cpu.cfs_period_us", "100000\n");
  CHECK(mlpctl::cgroup_quota(dir / "groups", dir / "root") == 0.5);
}

TEST_CASE("without cgroups nothing is limited") {
  CHECK(mlpctl::cgroup_quota("/nonexistent", "/nonexistent") > 1e6);
}
