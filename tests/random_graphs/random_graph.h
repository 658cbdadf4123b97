// Small valid graphs by chance, with inputs and the answer's allowed error.
#pragma once

#include <cstdint>
#include <vector>

#include "grower.h"
#include "verify/truth.h"

namespace ridge::test {

struct Sample {
  Graph graph;
  NamedInputs inputs;
  std::vector<double> noise;  ///< of each output: how far rounding may move an element
};

/// The same seed gives the same sample. Throws Finding.
Sample randomSample(uint64_t seed, OpCounts& counts);

}  // namespace ridge::test
