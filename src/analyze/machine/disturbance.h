// Whether somebody else used the cores while something was measured.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ridge::analyze {

/// Counters of the system at one moment; differences of two of them are looked at.
struct Usage {
  double wall = 0;         ///< seconds
  double own = 0;          ///< processor seconds of this process
  double busy = 0;         ///< processor seconds of everybody, on the CPUs that this process may use
  double stolen = 0;       ///< processor seconds that the hypervisor gave to others
  double switchedOut = 0;  ///< times that a thread of this process had to make room
};
Usage currentUsage();

/// Adds what /proc/stat says of these CPUs to `busy` and `stolen`.
void addCpuTimes(std::string_view procStat, const std::vector<int>& cpus, double ticksPerSecond,
                 Usage& usage);

/// "other programs used 0.8 cores": what disturbed the time between two moments; "" when nothing did.
std::string disturbance(const Usage& before, const Usage& after);

}  // namespace ridge::analyze
