#include "verify/conditioning.h"

#include <algorithm>
#include <cmath>
#include <random>

#include "ops/evaluate.h"

namespace ridge {

namespace {

constexpr double kUnit = 1.0 / (1 << 24);  // half a unit in the last place of float32, relative
// Errors of a blocked sum of K products stay below this many units of the sum of magnitudes in practice; the
// slope of any activation that follows is below 2.
constexpr double kUnitsOfSum = 4;

Tensor magnitudes(const Tensor& tensor) {
  if (!tensor.defined() || !isFloat(tensor.type())) return tensor;
  std::vector<double> values = toDoubles(tensor);
  for (double& value : values) value = std::abs(value);
  return fromDoubles(tensor.type(), tensor.dims(), values);
}

Tensor perturbed(const Tensor& tensor, std::mt19937_64& random) {
  if (tensor.type() != DType::f32) return tensor;
  std::vector<double> values = toDoubles(tensor);
  for (double& value : values) value *= 1 + ((random() & 1) ? 2 : -2) * kUnit;
  return fromDoubles(tensor.type(), tensor.dims(), values);
}

}  // namespace

bool withinRoundingOfSums(const Node& node, const std::vector<Tensor>& inputs, const Tensor& got,
                          const Tensor& want) {
  std::vector<Tensor> positive;
  for (const Tensor& input : inputs) positive.push_back(magnitudes(input));
  const Tensor sums = evaluateNode(node, positive).front();
  if (sums.dims() != want.dims()) return false;
  // Every element by itself: stricter than by channel.
  const std::vector<double> a = toDoubles(got), b = toDoubles(want), s = toDoubles(sums);
  const double slack = kUnitsOfSum * kUnit;
  for (size_t at = 0; at < a.size(); ++at)
    if (!(std::abs(a[at] - b[at]) <= slack * s[at] + std::abs(b[at]) * 4 * kUnit)) return false;
  return true;
}

bool withinRoundingOfInputs(const std::vector<Tensor>& inputs, const Tensor& got, const Tensor& want) {
  double largest = 0;
  for (const Tensor& input : inputs) {
    if (!isFloat(input.type())) continue;
    for (double value : toDoubles(input))
      if (std::isfinite(value)) largest = std::max(largest, std::abs(value));
  }
  const std::vector<double> a = toDoubles(got), b = toDoubles(want);
  for (size_t at = 0; at < a.size(); ++at)
    if (!(std::abs(a[at] - b[at]) <= kUnitsOfSum * kUnit * largest)) return false;
  return true;
}

std::vector<double> outputDbUnderRounding(const Graph& imported, const NamedInputs& inputs,
                                          const Truth& truth) {
  std::mt19937_64 random(1);
  NamedInputs moved;
  for (const auto& [name, tensor] : inputs) moved.emplace(name, perturbed(tensor, random));
  const std::vector<Tensor> outputs = evaluate(imported, moved);
  std::vector<double> decibels;
  for (size_t at = 0; at < outputs.size(); ++at) {
    const Tensor& want = truth.outputs()[at];
    decibels.push_back(compareTensors(outputs[at], want, defaultChannelAxis(want)).worstChannelDb);
  }
  return decibels;
}

}  // namespace ridge
