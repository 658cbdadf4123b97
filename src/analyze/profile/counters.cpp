#include "analyze/profile/counters.h"

#include <fmt/format.h>
#include <linux/perf_event.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "analyze/profile/timing.h"
#include "analyze/profile/watching.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/text.h"

namespace ridge::analyze {

namespace {

std::vector<int> threadsOfProcess() {
  std::vector<int> threads;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/task", ignored))
    if (const auto id = parseInt(entry.path().filename().string())) threads.push_back(static_cast<int>(*id));
  return threads;
}

std::string paranoidLevel() {
  std::string level;
  std::getline(std::ifstream("/proc/sys/kernel/perf_event_paranoid"), level);
  return level;
}

/// The counters of all threads; each thread's are a group, which is read at once.
class Groups {
 public:
  explicit Groups(const OpenCounter& open) {
    for (const int thread : threadsOfProcess()) add(thread, open);
    for (size_t at = 0; at < kCounters.size(); ++at) known_[at] = !groups_.empty() && refused_[at] == 0;
  }

  bool any() const { return known_[0] || known_[1] || known_[2]; }
  const std::array<bool, kCounters.size()>& known() const { return known_; }
  int error() const { return error_; }

  /// Sums since the counters were opened; of one that shared its place in the processor, scaled up.
  Counts read() const {
    Counts sums{};
    for (const Group& group : groups_) {
      struct {
        uint64_t count, enabled, running;
        uint64_t values[kCounters.size()];
      } data{};
      if (::read(group.leader(), &data, sizeof data) < 0 || data.running == 0) continue;
      const double scale = static_cast<double>(data.enabled) / static_cast<double>(data.running);
      for (size_t at = 0; at < group.kinds.size() && at < data.count; ++at)
        sums[group.kinds[at]] += static_cast<double>(data.values[at]) * scale;
    }
    return sums;
  }

 private:
  struct Group {
    std::vector<FileDescriptor> files;
    std::vector<size_t> kinds;
    int leader() const { return files.front().get(); }
  };

  void add(int thread, const OpenCounter& open) {
    Group group;
    for (size_t at = 0; at < kCounters.size(); ++at) {
      const int file = open(kCounters[at], thread, group.files.empty() ? -1 : group.leader());
      if (file < 0) {
        if (file == -ESRCH) return;  // the thread has ended
        refused_[at] = error_ = -file;
        continue;
      }
      group.files.emplace_back(file);
      group.kinds.push_back(at);
    }
    if (!group.files.empty()) groups_.push_back(std::move(group));
  }

  std::vector<Group> groups_;
  std::array<int, kCounters.size()> refused_{};
  std::array<bool, kCounters.size()> known_{};
  int error_ = 0;
};

}  // namespace

std::string_view name(Counter counter) {
  switch (counter) {
    case Counter::cycles:
      return "cycles";
    case Counter::instructions:
      return "instructions";
    case Counter::cacheMisses:
      return "cache_misses";
  }
  return "";
}

int openPerfCounter(Counter counter, int thread, int group) {
  perf_event_attr wanted{};
  wanted.type = PERF_TYPE_HARDWARE;
  wanted.size = sizeof wanted;
  wanted.config = counter == Counter::cycles         ? PERF_COUNT_HW_CPU_CYCLES
                  : counter == Counter::instructions ? PERF_COUNT_HW_INSTRUCTIONS
                                                     : PERF_COUNT_HW_CACHE_MISSES;
  wanted.exclude_kernel = 1;
  wanted.exclude_hv = 1;
  wanted.read_format = PERF_FORMAT_GROUP | PERF_FORMAT_TOTAL_TIME_ENABLED | PERF_FORMAT_TOTAL_TIME_RUNNING;
  const long file = syscall(SYS_perf_event_open, &wanted, thread, -1, group, PERF_FLAG_FD_CLOEXEC);
  return file < 0 ? -errno : static_cast<int>(file);
}

std::string whyNoCounters(int error, std::string_view paranoid) {
  switch (error) {
    case EACCES:
    case EPERM:
      return fmt::format(
          "hardware counters are not allowed here ({}; kernel.perf_event_paranoid is {}): a container's "
          "seccomp "
          "profile or that setting forbids perf_event_open",
          std::strerror(error), paranoid.empty() ? "not readable" : escaped(paranoid));
    case ENOENT:
    case EOPNOTSUPP:
    case ENODEV:
      return fmt::format(
          "this machine offers no such hardware counters ({}): virtual machines often hide them",
          std::strerror(error));
    case ENOSYS:
      return "this system has no perf events (perf_event_open is not implemented, or blocked)";
    default:
      return fmt::format("hardware counters cannot be opened: {}", std::strerror(error));
  }
}

StepCounts countSteps(ExecutionContext& context, double seconds, const OpenCounter& open) {
  StepCounts result;
  const Groups groups(open);
  result.known = groups.known();
  if (groups.error() != 0) result.note = whyNoCounters(groups.error(), paranoidLevel());
  if (!groups.any()) {
    if (result.note.empty()) result.note = "hardware counters cannot be opened for any thread";
    return result;
  }
  const size_t steps = context.plan().steps.size();
  std::vector<std::array<std::vector<double>, kCounters.size()>> samples(steps);
  Counts before{};
  const WatchedSteps watched(context, [&](size_t step, bool begins) {
    const Counts now = groups.read();
    for (size_t at = 0; at < kCounters.size() && !begins; ++at)
      samples[step][at].push_back(now[at] - before[at]);
    before = now;
  });
  const auto start = Clock::now();
  do {
    throwIfInterrupted();
    context.execute();
    ++result.runs;
  } while (secondsSince(start) < seconds || result.runs < 3);
  for (auto& step : samples) {
    Counts& counts = result.steps.emplace_back();
    for (size_t at = 0; at < kCounters.size(); ++at) counts[at] = medianOf(std::move(step[at]));
  }
  return result;
}

}  // namespace ridge::analyze
