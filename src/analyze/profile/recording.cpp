#include "analyze/profile/recording.h"

#include <sys/resource.h>

#include <algorithm>
#include <limits>

#include "analyze/profile/watching.h"

namespace ridge::analyze {

namespace {

constexpr size_t kMostStamps = 8'000'000;  // 64 MB
constexpr size_t kMostPairs = 20'000;

/// How often the system took a core from a thread of this process that wanted to go on.
int64_t preemptions() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return usage.ru_nivcsw;
}

}  // namespace

double clockCostNs(ReadClock clock) {
  constexpr int kReadings = 1000;
  double least = std::numeric_limits<double>::infinity();
  for (int series = 0; series < 5; ++series) {
    const int64_t begin = clock();
    int64_t end = begin;
    for (int reading = 0; reading < kReadings; ++reading) end = clock();
    least = std::min(least, static_cast<double>(end - begin) / kReadings);
  }
  return least;
}

Recording record(ExecutionContext& context, const RecordOptions& options) {
  const ReadClock clock = options.clock;
  const auto stopped = [&] { return options.stopped && options.stopped(); };
  const auto past = [&](int64_t begin, double seconds) {
    return static_cast<double>(clock() - begin) > seconds * 1e9;
  };
  Recording recording;
  recording.clockNs = clockCostNs(clock);
  int64_t* next = nullptr;
  const ExecutionContext::Observer watch = [&next, clock](size_t, bool) { *next++ = clock(); };

  const int64_t warm = clock();
  do context.execute();
  while (!past(warm, options.warmupSeconds) && !stopped());

  const size_t stamps = 2 * context.plan().steps.size();
  const size_t mostPairs =
      std::clamp(kMostStamps / std::max<size_t>(stamps, 1), options.fewestPairs, kMostPairs);
  const int64_t start = clock();
  size_t quietPairs = 0;
  while (recording.watched.size() < mostPairs && !stopped()) {
    const int64_t before = preemptions();
    PlainRun plain;
    plain.begin = clock();
    context.execute();
    plain.end = clock();
    plain.disturbed = preemptions() != before;
    recording.plain.push_back(plain);

    WatchedRun& run = recording.watched.emplace_back();
    run.stamps.resize(stamps);
    next = run.stamps.data();
    {
      const WatchedSteps steps(context, watch);
      const int64_t beforeWatched = preemptions();
      run.begin = clock();
      context.execute();
      run.end = clock();
      run.disturbed = preemptions() != beforeWatched;
    }
    quietPairs += !plain.disturbed && !run.disturbed;
    const bool quiet = quietPairs >= options.undisturbed;
    if (recording.watched.size() >= options.fewestPairs &&
        past(start, quiet ? options.seconds : options.seconds * options.patience))
      break;
  }
  return recording;
}

}  // namespace ridge::analyze
