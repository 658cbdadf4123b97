// Distribution of measured times.
#pragma once

#include <vector>

namespace ridge::tool {

struct Distribution {
  double min = 0, median = 0, mean = 0, stddev = 0, p90 = 0, p95 = 0, p99 = 0, max = 0;
};

/// Percentiles by nearest rank. Zeros when there is no sample.
Distribution distributionOf(std::vector<double> samples);

}  // namespace ridge::tool
