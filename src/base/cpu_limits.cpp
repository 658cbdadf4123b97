#include "base/cpu_limits.h"

#include <fmt/format.h>
#include <sched.h>

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <set>
#include <sstream>

#include "base/text.h"

namespace ridge {
namespace {

std::string firstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::optional<int> limitOf(std::string_view quota, std::string_view period) {
  const std::optional<int64_t> used = parseInt(quota), of = parseInt(period);  // "max" and -1: no quota
  if (!used || !of || *used <= 0 || *of <= 0) return std::nullopt;
  return static_cast<int>(std::min<int64_t>((*used - 1) / *of + 1, 1 << 16));
}

std::optional<int> limitOfGroup(const std::string& folder) {
  const std::string both = firstLine(folder + "/cpu.max");  // version 2: "200000 100000"
  if (const size_t space = both.find(' '); space != std::string::npos)
    return limitOf(std::string_view(both).substr(0, space), std::string_view(both).substr(space + 1));
  return limitOf(firstLine(folder + "/cpu.cfs_quota_us"), firstLine(folder + "/cpu.cfs_period_us"));
}

bool hasController(std::string_view controllers, std::string_view wanted) {
  while (!controllers.empty()) {
    const size_t comma = std::min(controllers.find(','), controllers.size());
    if (controllers.substr(0, comma) == wanted) return true;
    controllers.remove_prefix(std::min(comma + 1, controllers.size()));
  }
  return false;
}

}  // namespace

std::vector<int> allowedCpus() {
  for (int capacity = 1024; capacity <= 1 << 16; capacity *= 2) {
    cpu_set_t* const mask = CPU_ALLOC(static_cast<size_t>(capacity));
    if (!mask) break;
    const size_t size = CPU_ALLOC_SIZE(static_cast<size_t>(capacity));
    CPU_ZERO_S(size, mask);
    const bool done = sched_getaffinity(0, size, mask) == 0;
    const bool tooSmall = !done && errno == EINVAL;
    std::vector<int> cpus;
    for (int cpu = 0; done && cpu < capacity; ++cpu)
      if (CPU_ISSET_S(static_cast<size_t>(cpu), size, mask)) cpus.push_back(cpu);
    CPU_FREE(mask);
    if (!cpus.empty()) return cpus;
    if (!tooSmall) break;
  }
  return {0};
}

int countPhysicalCores(const std::vector<int>& cpus, const std::string& sysRoot) {
  std::set<std::string> cores;
  for (const int cpu : cpus) {
    const std::string folder = fmt::format("{}/cpu{}/topology/", sysRoot, cpu);
    std::string siblings = firstLine(folder + "core_cpus_list");
    if (siblings.empty()) siblings = firstLine(folder + "thread_siblings_list");
    cores.insert(siblings.empty() ? fmt::format("cpu {}", cpu) : siblings);
  }
  return std::max(1, static_cast<int>(cores.size()));
}

std::optional<int> cgroupCpuLimit(const std::string& membership, const std::string& root) {
  std::optional<int> least;
  const auto note = [&](const std::string& folder) {
    const std::optional<int> limit = limitOfGroup(folder);
    if (limit && (!least || *limit < *least)) least = limit;
  };
  std::istringstream lines(membership);
  for (std::string line; std::getline(lines, line);) {  // "0::/group" or "4:cpu,cpuacct:/group"
    const size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos) continue;
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (!controllers.empty() && !hasController(controllers, "cpu")) continue;
    const std::string mount = controllers.empty() ? root : root + "/cpu";
    std::string group = line.substr(second + 1);
    while (!group.empty() && group != "/") {
      note(mount + group);
      group.resize(group.rfind('/') == std::string::npos ? 0 : group.rfind('/'));
    }
    note(mount);
  }
  return least;
}

}  // namespace ridge
