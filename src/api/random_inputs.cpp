#include <random>

#include "api/build.h"

namespace ridge {

NamedInputs randomInputs(const Graph& graph, const std::vector<BoundShape>& shapes, uint64_t seed) {
  NamedInputs inputs;
  std::mt19937_64 random(seed);
  for (const BoundShape& shape : shapes) {
    if (shape.value) {
      inputs.emplace(shape.input, *shape.value);
      continue;
    }
    const DType type = graph.value(*graph.find(shape.input)).type;
    const auto count = static_cast<size_t>(elementCount(shape.dims));
    std::vector<double> values(count);
    // 24 bits, so that the numbers are the same floats on every machine.
    for (double& value : values)
      value =
          isFloat(type) ? static_cast<double>(random() >> 40) / (1 << 24) : static_cast<double>(random() & 1);
    inputs.emplace(shape.input, fromDoubles(type, shape.dims, values));
  }
  return inputs;
}

}  // namespace ridge
