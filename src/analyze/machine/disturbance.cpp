#include "analyze/machine/disturbance.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <sstream>

#include "base/cpu_limits.h"
#include "base/text.h"

namespace ridge::analyze {

namespace {

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
}

/// 3 of "cpu3"; -1 for the line of all CPUs and for other lines.
int64_t cpuOf(const std::string& word) {
  return word.starts_with("cpu") ? parseInt(word.substr(3)).value_or(-1) : -1;
}

}  // namespace

void addCpuTimes(std::string_view procStat, const std::vector<int>& cpus, double ticksPerSecond,
                 Usage& usage) {
  std::istringstream lines{std::string(procStat)};
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string cpu;
    words >> cpu;
    if (std::find(cpus.begin(), cpus.end(), cpuOf(cpu)) == cpus.end()) continue;
    enum { user, nice, system, idle, ioWait, interrupts, softInterrupts, steal, count };
    std::array<double, count> ticks{};
    for (double& field : ticks)
      if (!(words >> field)) field = 0;
    usage.busy += (ticks[user] + ticks[nice] + ticks[system] + ticks[interrupts] + ticks[softInterrupts]) /
                  ticksPerSecond;
    usage.stolen += ticks[steal] / ticksPerSecond;
  }
}

Usage currentUsage() {
  Usage usage;
  usage.wall = std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
  rusage own{};
  getrusage(RUSAGE_SELF, &own);
  usage.own = seconds(own.ru_utime) + seconds(own.ru_stime);
  usage.switchedOut = static_cast<double>(own.ru_nivcsw);
  std::ostringstream stat;
  stat << std::ifstream("/proc/stat").rdbuf();
  addCpuTimes(stat.str(), allowedCpus(), static_cast<double>(sysconf(_SC_CLK_TCK)), usage);
  return usage;
}

std::string disturbance(const Usage& before, const Usage& after) {
  constexpr double kCores = 0.15, kStolen = 0.05, kSwitches = 100;
  constexpr double kGrain = 0.05;  // processor seconds below which the system's ticks say nothing
  const double wall = after.wall - before.wall;
  if (wall <= 0) return {};
  const double others = after.busy - before.busy - (after.own - before.own);
  if (others > kCores * wall && others > kGrain)
    return fmt::format("other programs used {:.1f} cores", others / wall);
  const double stolen = after.stolen - before.stolen;
  if (stolen > kStolen * wall && stolen > kGrain)
    return fmt::format("the hypervisor gave {:.1f} cores to others", stolen / wall);
  const double switches = after.switchedOut - before.switchedOut;
  if (switches > kSwitches * wall && switches > 20)
    return fmt::format("threads had to make room {:.0f} times a second", switches / wall);
  return {};
}

}  // namespace ridge::analyze
