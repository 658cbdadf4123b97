#include "verify/conditioning.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <random>

#include "ops/evaluate.h"
#include "ops/ops.h"
#include "verify/attention_slack.h"

namespace ridge {

namespace {

constexpr double kUnit = 1.0 / (1 << 24);  // half a unit in the last place of float32, relative
// Errors of a blocked sum of K products stay below this many units of the sum of magnitudes in practice.
constexpr double kUnitsOfSum = 4;
// Kernels run with denormals flushed to zero.
constexpr double kFlushed = std::numeric_limits<float>::min();

/// Half a unit in the last place, relative; 0: rounding of this type is not looked into.
double unitOf(DType type) {
  switch (type) {
    case DType::f32:
      return kUnit;
    case DType::f16:
      return 1.0 / (1 << 11);
    case DType::bf16:
      return 1.0 / (1 << 8);
    default:
      return 0;
  }
}

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

/// Ops whose results are sums of products (or of elements), so that evaluating them on magnitudes gives the
/// sums of magnitudes.
bool isSum(const Op& op) {
  const Op* const sums[] = {
      &ops::conv,        &ops::matMul,           &ops::gemm, &ops::reduceSum, &ops::reduceMean,
      &ops::averagePool, &ops::globalAveragePool};
  return std::find(std::begin(sums), std::end(sums), &op) != std::end(sums);
}

/// The weights of a convolution or product, if input `at` is that.
bool isWeight(const Node& node, size_t at) {
  return at == 1 && (node.op == &ops::conv || node.op == &ops::matMul || node.op == &ops::gemm);
}

}  // namespace

bool RoundingSlack::covers(ValueId value, const Tensor& got) {
  const Tensor want = truth_.value(value).value;
  if (unitOf(want.type()) == 0 || got.dims() != want.dims()) return false;
  const Slack slack = of(value);
  if (slack.empty()) return false;
  const std::vector<double> a = toDoubles(got), b = toDoubles(want);
  for (size_t at = 0; at < a.size(); ++at) {
    const bool equal = a[at] == b[at] || (std::isnan(a[at]) && std::isnan(b[at]));
    if (!equal && !(std::abs(a[at] - b[at]) <= slack[at] + kFlushed)) return false;
  }
  return true;
}

const RoundingSlack::Slack& RoundingSlack::of(ValueId value) {
  if (const auto found = known_.find(value); found != known_.end()) return found->second;
  Slack slack;
  const NodeId producer = value == kNoValue ? kNoNode : lowered_.producer(value);
  // What only the lowered graph has was rounded when it was made, which the imported graph does not know.
  const bool isExact = given_.contains(value) && truth_.value(value).imported;
  if (producer != kNoNode && !isExact && nodesLeft_ > 0) {
    --nodesLeft_;
    slack = ofNode(lowered_.node(producer), value);
  }
  return known_[value] = std::move(slack);
}

RoundingSlack::Slack RoundingSlack::ofNode(const Node& node, ValueId value) {
  std::vector<Tensor> inputs;
  bool exact = true;
  for (ValueId input : node.in) {
    inputs.push_back(input == kNoValue ? Tensor() : truth_.value(input).value);
    exact = of(input).empty() && exact;
  }
  if (isSum(*node.op) && exact) {
    std::vector<Tensor> positive;
    for (const Tensor& input : inputs) positive.push_back(magnitudes(input));
    Slack sums = toDoubles(evaluateNode(node, positive).front());
    for (double& sum : sums) sum *= kUnitsOfSum * unitOf(truth_.value(value).value.type());
    return sums;
  }
  if (node.op == &ops::dotAttention && exact && inputs[0].type() == DType::f32)
    return attentionSlack(node, inputs, kUnitsOfSum * kUnit);
  if (!node.op->traits.elementwise || node.out.size() != 1) return {};
  const Tensor wanted = truth_.value(value).value;
  const double unit = unitOf(wanted.type());
  if (unit == 0) return {};
  const std::vector<double> want = toDoubles(wanted);
  Slack total;
  for (double element : want) total.push_back(kUnitsOfSum * unit * std::abs(element));
  for (size_t at = 0; at < inputs.size(); ++at)
    if (const Slack& by = of(node.in[at]); !by.empty()) addMoved(node, inputs, at, by, want, total);
  return total;
}

void RoundingSlack::addMoved(const Node& node, std::vector<Tensor> inputs, size_t moved, const Slack& by,
                             const std::vector<double>& want, Slack& total) {
  const Tensor plain = inputs[moved];
  Slack most(want.size(), 0);
  for (const double sign : {1.0, -1.0}) {
    std::vector<double> values = toDoubles(plain);
    for (size_t at = 0; at < values.size(); ++at) values[at] += sign * by[at];
    inputs[moved] = fromDoubles(plain.type(), plain.dims(), values);
    const std::vector<double> result = toDoubles(evaluateNode(node, inputs).front());
    for (size_t at = 0; at < most.size(); ++at)
      most[at] = std::max(most[at], std::abs(result[at] - want[at]));
  }
  for (size_t at = 0; at < most.size(); ++at) total[at] += most[at];
}

namespace {

/// Changes the weights of a graph, and of its bodies, in the last place.
void perturbWeights(Graph& graph, std::mt19937_64& random) {
  for (const NodeId id : graph.order()) {
    Node& node = graph.node(id);
    for (size_t at = 0; at < node.in.size(); ++at)
      if (isWeight(node, at) && graph.constant(node.in[at]))
        graph.value(node.in[at]).constant = perturbed(*graph.constant(node.in[at]), random);
    for (auto& body : node.bodies) {
      Graph changed = *body;
      perturbWeights(changed, random);
      body = std::make_shared<const Graph>(std::move(changed));
    }
  }
}

}  // namespace

std::vector<Tensor> outputsUnderRounding(const Graph& imported, const NamedInputs& inputs) {
  std::mt19937_64 random(1);
  NamedInputs moved;
  for (const auto& [name, tensor] : inputs) moved.emplace(name, perturbed(tensor, random));
  Graph rounded = imported;
  perturbWeights(rounded, random);
  return evaluate(rounded, moved);
}

std::vector<Datum> resultsUnderRounding(const Node& node, std::vector<Datum> inputs) {
  std::mt19937_64 random(1);
  for (Datum& input : inputs)
    if (input.tensor.defined()) input.tensor = perturbed(input.tensor, random);
  Node rounded = node;
  for (auto& body : rounded.bodies) {
    Graph changed = *body;
    perturbWeights(changed, random);
    body = std::make_shared<const Graph>(std::move(changed));
  }
  return evaluateNodeData(rounded, inputs);
}

}  // namespace ridge
