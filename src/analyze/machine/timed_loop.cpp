#include "analyze/machine/timed_loop.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace ridge::analyze {

namespace {

constexpr double kRunSeconds = 1e-3;
constexpr int64_t kMostRepeats = int64_t{1} << 40;

}  // namespace

double TimedLoop::runOnce() {
  const int64_t start = clock_();
  loop_.body(repeats_);
  // Clocks may tick slowly; nothing takes no time.
  return 1e-9 * static_cast<double>(std::max<int64_t>(1, clock_() - start));
}

// Starting, interrupted and sleeping threads make single runs longer by milliseconds: the best of a few.
void TimedLoop::calibrate() {
  constexpr int kTries = 4;
  for (repeats_ = 1; repeats_ < kMostRepeats; repeats_ *= 4) {
    double best = runOnce();
    for (int more = 1; more < kTries && best > kRunSeconds / 4 && best < 8 * kRunSeconds; ++more)
      best = std::min(best, runOnce());
    if (best < kRunSeconds / 4) continue;
    const double wanted = static_cast<double>(repeats_) * kRunSeconds / best;
    repeats_ = std::max<int64_t>(1, std::llround(wanted));
    return;
  }
}

// A run that ends in much less than its time shows that the machine was not quiet when the repeats were
// chosen: what has been measured so far is mostly the start of threads. One that was interrupted counts for
// no more than two (or a third of itself): on a busy machine, too, many runs are left alone.
void TimedLoop::runFor(double seconds) {
  constexpr size_t kLeast = 2;
  if (loop_.before) loop_.before();
  if (repeats_ == 0) calibrate();
  double used = 0, fastest = std::numeric_limits<double>::infinity();
  while (used < seconds || rates_.size() < kLeast) {
    const double took = runOnce();
    rates_.push_back(static_cast<double>(repeats_) * loop_.work / took);
    fastest = std::min(fastest, took);
    used += std::max(took / 3, std::min(took, 2 * fastest));
    if (took > kRunSeconds / 2 || repeats_ >= kMostRepeats) continue;
    repeats_ *= 2;
    rates_.clear();
    fastest = std::numeric_limits<double>::infinity();
  }
}

Sample TimedLoop::sample() const {
  return sampleOf(rates_);
}

Sample sampleOf(std::vector<double> rates) {
  if (rates.empty()) return {};
  std::sort(rates.begin(), rates.end());
  return {rates.back(), rates[rates.size() / 2]};
}

}  // namespace ridge::analyze
