#include "analyze/profile/timing.h"

#include <algorithm>
#include <numeric>

namespace ridge::analyze {

namespace {

constexpr size_t kFewest = 5;

bool isUndisturbed(const Recording& recording, size_t pair) {
  return !recording.plain[pair].disturbed && !recording.watched[pair].disturbed;
}

template <class Run>
int64_t lengthOf(const Run& run) {
  return run.end - run.begin;
}

/// The fastest first. What slows down a whole virtual machine does not show as a core that was taken away;
/// the fast half has little of it. Plain and watched execution stay together: they saw the same machine.
std::vector<size_t> chosenPairs(const Recording& recording, bool undisturbed) {
  std::vector<size_t> pairs;
  for (size_t pair = 0; pair < recording.watched.size(); ++pair)
    if (!undisturbed || isUndisturbed(recording, pair)) pairs.push_back(pair);
  const auto length = [&](size_t pair) {
    return lengthOf(recording.plain[pair]) + lengthOf(recording.watched[pair]);
  };
  std::stable_sort(pairs.begin(), pairs.end(), [&](size_t a, size_t b) { return length(a) < length(b); });
  const size_t part = pairs.size() / (undisturbed ? 2 : 4);
  pairs.resize(std::min(pairs.size(), std::max(kFewest, part)));
  return pairs;
}

template <class Run>
std::vector<const Run*> runsOf(const std::vector<Run>& runs, const std::vector<size_t>& pairs) {
  std::vector<const Run*> kept;
  for (const size_t pair : pairs) kept.push_back(&runs[pair]);
  return kept;
}

template <class Run>
std::vector<double> durations(const std::vector<const Run*>& runs, double clockNs) {
  std::vector<double> seconds;
  for (const Run* run : runs)
    seconds.push_back(std::max(0.0, static_cast<double>(lengthOf(*run)) - clockNs) / 1e9);
  return seconds;
}

/// Mean of the middle half; of executions in the order of their length.
double usualOf(const std::vector<double>& times) {
  const size_t outside = times.size() / 4, inside = times.size() - 2 * outside;
  if (inside == 0) return 0;
  const auto first = times.begin() + static_cast<std::ptrdiff_t>(outside);
  return std::accumulate(first, first + static_cast<std::ptrdiff_t>(inside), 0.0) /
         static_cast<double>(inside);
}

double sum(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0);
}

void addStepTimes(Timing& timing, const std::vector<const WatchedRun*>& watched, double clockNs) {
  const size_t steps = watched.front()->stamps.size() / 2;
  std::vector<double> times;
  // The time from one reading to the next, the clock's own taken off, in all runs.
  const auto collect = [&](const auto& from, const auto& to) {
    times.clear();
    for (const WatchedRun* run : watched)
      times.push_back(std::max(0.0, static_cast<double>(to(*run) - from(*run)) - clockNs) / 1e9);
  };
  for (size_t step = 0; step < steps; ++step) {
    collect([&](const WatchedRun& run) { return run.stamps[2 * step]; },
            [&](const WatchedRun& run) { return run.stamps[2 * step + 1]; });
    timing.steps.push_back({*std::min_element(times.begin(), times.end()), medianOf(times), usualOf(times)});
  }
  for (size_t gap = 0; gap <= steps; ++gap) {
    collect([&](const WatchedRun& run) { return gap == 0 ? run.begin : run.stamps[2 * gap - 1]; },
            [&](const WatchedRun& run) { return gap == steps ? run.end : run.stamps[2 * gap]; });
    timing.gaps.push_back(usualOf(times));
  }
}

}  // namespace

double medianOf(std::vector<double> values) {
  if (values.empty()) return 0;
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

double Timing::regions() const {
  double seconds = 0;
  for (const StepTime& step : steps) seconds += step.usual;
  return seconds;
}

double Timing::between() const {
  return sum(gaps);
}

Timing timingOf(const Recording& recording) {
  Timing timing;
  timing.clock = recording.clockNs / 1e9;
  timing.runs = recording.watched.size();
  size_t undisturbed = 0;
  for (size_t pair = 0; pair < recording.watched.size(); ++pair)
    undisturbed += isUndisturbed(recording, pair);
  timing.undisturbed = undisturbed >= kFewest;
  const std::vector<size_t> pairs = chosenPairs(recording, timing.undisturbed);
  const auto plain = runsOf(recording.plain, pairs);
  const auto watched = runsOf(recording.watched, pairs);
  timing.used = pairs.size();
  timing.latencies = durations(plain, recording.clockNs);
  timing.latency = usualOf(timing.latencies);
  if (watched.empty() || plain.empty()) return timing;
  // Noise only adds: the fastest of both differ by what watching takes.
  const std::vector<double> profiled = durations(watched, recording.clockNs);
  timing.overhead = *std::min_element(profiled.begin(), profiled.end()) -
                    *std::min_element(timing.latencies.begin(), timing.latencies.end());
  addStepTimes(timing, watched, recording.clockNs);
  return timing;
}

}  // namespace ridge::analyze
