#include <fmt/format.h>

#include <random>

#include "api/build.h"
#include "base/error.h"
#include "base/text.h"

namespace ridge {

Tensor randomTensor(DType type, const Dims& dims, const InputRange& range, std::mt19937_64& random) {
  std::vector<double> values(static_cast<size_t>(elementCount(dims)));
  const bool real = isFloat(type);
  const uint64_t steps = real ? 1 : static_cast<uint64_t>(range.high - range.low) + 1;
  // 24 bits, so that the numbers are the same floats on every machine.
  for (double& value : values)
    value = range.low + (real ? static_cast<double>(random() >> 40) / (1 << 24) * (range.high - range.low)
                              : static_cast<double>(random() % steps));
  return fromDoubles(type, dims, values);
}

NamedInputs randomInputs(const Graph& graph, const std::vector<BoundShape>& shapes, uint64_t seed,
                         const InputRanges& ranges) {
  NamedInputs inputs;
  std::mt19937_64 random(seed);
  for (const BoundShape& shape : shapes) {
    if (shape.value) {
      inputs.emplace(shape.input, *shape.value);
      continue;
    }
    const Value& input = graph.value(*graph.find(shape.input));
    if (input.type == DType::string || input.container != Container::tensor)
      failInput(input.type == DType::string ? "it takes strings, which no kernel does"
                                            : "it takes a sequence or an optional, not a tensor",
                fmt::format("input {}", escaped(shape.input)),
                "leave that part to the program around the network");
    const auto range = ranges.find(shape.input);
    inputs.emplace(shape.input, randomTensor(input.type, shape.dims,
                                             range == ranges.end() ? InputRange{} : range->second, random));
  }
  return inputs;
}

}  // namespace ridge
