#pragma once

#include <filesystem>

namespace mlpctl {

/// The processors this process may use: those of its affinity mask, as far as its cgroup's quota
/// goes.
int available_cpus();

/// The smaller of the number in an affinity mask and a quota rounded up, at least 1.
int cpus_within(int affinity, double quota);

/// The processors' worth of time that the groups allow which the file `groups` lists, as
/// /proc/self/cgroup does, and those above them; 1e9 where none limits it. Reads both versions of
/// cgroups.
double cgroup_quota(const std::filesystem::path& groups, const std::filesystem::path& root);

}  // namespace mlpctl
