// How much of the machine this process may use.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace ridge {

/// CPUs of the affinity mask, ascending; never empty.
std::vector<int> allowedCpus();

/// Cores behind these CPUs, by the topology under `sysRoot` ("/sys/devices/system/cpu"); a CPU without one
/// counts alone.
int countPhysicalCores(const std::vector<int>& cpus, const std::string& sysRoot);

/// CPUs that the control groups' quota allows, rounded up; nothing when there is no quota. `membership` is
/// the content of /proc/self/cgroup; version 1 and 2 hierarchies are looked for under `root`
/// ("/sys/fs/cgroup"), from the process's own group upwards.
std::optional<int> cgroupCpuLimit(const std::string& membership, const std::string& root);

}  // namespace ridge
