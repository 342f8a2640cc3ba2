#include "thread/available_cpus.hpp"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <string>
#include <thread>

namespace mlpctl {
namespace {

namespace fs = std::filesystem;

constexpr double kUnlimited = 1e9;

double read_quota(const fs::path& folder) {
  std::ifstream two(folder / "cpu.max");
  double quota = 0, period = 0;
  if (two >> quota >> period && period > 0) return quota / period;
  std::ifstream one(folder / "cpu.cfs_quota_us"), one_period(folder / "cpu.cfs_period_us");
  if (one >> quota && one_period >> period && quota > 0 && period > 0) return quota / period;
  return kUnlimited;
}

/// The smallest quota from the group up to the root of its hierarchy.
double quota_above(const fs::path& root, fs::path group) {
  double quota = read_quota(root);
  for (; !group.empty(); group = group.parent_path()) {
    quota = std::min(quota, read_quota(root / group));
  }
  return quota;
}

int affinity() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return sched_getaffinity(0, sizeof(set), &set) == 0
             ? CPU_COUNT(&set)
             : static_cast<int>(std::thread::hardware_concurrency());
}

}  // namespace

// Version 2 has one hierarchy of groups ("0::/a/b"), version 1 one for each set of controllers
// ("3:cpu,cpuacct:/a/b"). In a container the path may be the host's; then only the root is found.
double cgroup_quota(const fs::path& groups, const fs::path& root) {
  double quota = kUnlimited;
  std::ifstream lines(groups);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':'), second = line.find(":/", first + 1);
    if (second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    const bool counts_time = controllers.empty() || controllers.find("cpu") != std::string::npos;
    if (!counts_time) continue;
    quota = std::min(quota, quota_above(root / controllers, line.substr(second + 2)));
  }
  return quota;
}

int cpus_within(int affinity, double quota) {
  return std::max(1, static_cast<int>(std::min<double>(affinity, std::ceil(quota))));
}

int available_cpus() {
  return cpus_within(affinity(), cgroup_quota("/proc/self/cgroup", "/sys/fs/cgroup"));
}

}  // namespace mlpctl
