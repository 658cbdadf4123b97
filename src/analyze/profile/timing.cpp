#include "analyze/profile/timing.h"

#include <algorithm>
#include <numeric>

namespace ridge::analyze {

namespace {

constexpr size_t kFewest = 5;

template <class Run>
size_t undisturbedOf(const std::vector<Run>& runs) {
  return static_cast<size_t>(
      std::count_if(runs.begin(), runs.end(), [](const Run& run) { return !run.disturbed; }));
}

template <class Run>
std::vector<const Run*> chosen(const std::vector<Run>& runs, bool undisturbed) {
  std::vector<const Run*> kept;
  for (const Run& run : runs)
    if (!undisturbed || !run.disturbed) kept.push_back(&run);
  if (undisturbed) return kept;
  std::stable_sort(kept.begin(), kept.end(),
                   [](const Run* a, const Run* b) { return a->end - a->begin < b->end - b->begin; });
  kept.resize(std::min(kept.size(), std::max(kFewest, kept.size() / 4)));
  return kept;
}

template <class Run>
std::vector<double> durations(const std::vector<const Run*>& runs, double clockNs) {
  std::vector<double> seconds;
  for (const Run* run : runs) seconds.push_back(std::max(0.0, double(run->end - run->begin) - clockNs) / 1e9);
  return seconds;
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
    timing.steps.push_back({*std::min_element(times.begin(), times.end()), medianOf(times)});
  }
  for (size_t gap = 0; gap <= steps; ++gap) {
    collect([&](const WatchedRun& run) { return gap == 0 ? run.begin : run.stamps[2 * gap - 1]; },
            [&](const WatchedRun& run) { return gap == steps ? run.end : run.stamps[2 * gap]; });
    timing.gaps.push_back(medianOf(times));
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
  for (const StepTime& step : steps) seconds += step.median;
  return seconds;
}

double Timing::between() const {
  return sum(gaps);
}

Timing timingOf(const Recording& recording) {
  Timing timing;
  timing.clock = recording.clockNs / 1e9;
  timing.runs = recording.watched.size();
  timing.undisturbed = std::min(undisturbedOf(recording.plain), undisturbedOf(recording.watched)) >= kFewest;
  const auto plain = chosen(recording.plain, timing.undisturbed);
  const auto watched = chosen(recording.watched, timing.undisturbed);
  timing.usedPlain = plain.size();
  timing.usedWatched = watched.size();
  timing.latencies = durations(plain, recording.clockNs);
  timing.latency = medianOf(timing.latencies);
  if (watched.empty() || plain.empty()) return timing;
  // Noise only adds: the fastest of both differ by what watching takes.
  const std::vector<double> profiled = durations(watched, recording.clockNs);
  timing.overhead = *std::min_element(profiled.begin(), profiled.end()) -
                    *std::min_element(timing.latencies.begin(), timing.latencies.end());
  addStepTimes(timing, watched, recording.clockNs);
  return timing;
}

}  // namespace ridge::analyze
