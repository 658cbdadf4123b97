#include "common/statistics.h"

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ridge::tool {

Distribution distributionOf(std::vector<double> samples) {
  Distribution d;
  if (samples.empty()) return d;
  std::sort(samples.begin(), samples.end());
  const auto count = static_cast<double>(samples.size());
  const auto rank = [&](double share) {
    const auto at = static_cast<size_t>(std::ceil(share * count));
    return samples[std::clamp<size_t>(at, 1, samples.size()) - 1];
  };
  d.min = samples.front();
  d.max = samples.back();
  d.median = samples.size() % 2 == 1 ? samples[samples.size() / 2]
                                     : (samples[samples.size() / 2 - 1] + samples[samples.size() / 2]) / 2;
  d.mean = std::accumulate(samples.begin(), samples.end(), 0.0) / count;
  double squares = 0;
  for (double sample : samples) squares += (sample - d.mean) * (sample - d.mean);
  d.stddev = std::sqrt(squares / count);
  d.p90 = rank(0.90);
  d.p95 = rank(0.95);
  d.p99 = rank(0.99);
  return d;
}

}  // namespace ridge::tool
