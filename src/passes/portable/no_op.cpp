// Nodes whose output is their input: Identity, Dropout at inference, and ops whose parameters make them do
// nothing.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ir/matcher.h"
#include "ops/movement/transpose.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/window.h"

namespace ridge::passes {
namespace {

const Value& in(const Graph& graph, const Node& node) {
  return graph.value(node.in[0]);
}
const Value& out(const Graph& graph, const Node& node) {
  return graph.value(node.out[0]);
}

bool keepsShape(const Graph& graph, const Node& node) {
  return sameShape(in(graph, node).shape, out(graph, node).shape);
}

bool always(const Graph&, const Node&) {
  return true;
}

bool isInference(const Graph& graph, const Node& node) {
  const bool maskUnused = node.out.size() < 2 || node.out[1] == kNoValue || graph.useCount(node.out[1]) == 0;
  const ValueId training = inputOf(node, 2);
  return maskUnused && (training == kNoValue || scalarConstant(graph, training) == 0.0);
}

bool keepsType(const Graph& graph, const Node& node) {
  return in(graph, node).type != DType::undefined && in(graph, node).type == out(graph, node).type;
}

bool isOnlyInput(const Graph&, const Node& node) {
  return node.in.size() == 1;
}

// Steps of one over the whole of every axis; a step of -1 keeps the shape too, but reverses.
bool slicesAll(const Graph& graph, const Node& node) {
  const ValueId steps = inputOf(node, 4);
  const auto known = knownIntegers(graph, steps);
  const bool forward = steps == kNoValue || (known && std::all_of(known->begin(), known->end(),
                                                                  [](int64_t step) { return step == 1; }));
  return forward && keepsShape(graph, node);
}

bool hasNoPads(const Graph& graph, const Node& node) {
  const auto pads = knownIntegers(graph, inputOf(node, 1));
  return pads && std::all_of(pads->begin(), pads->end(), [](int64_t pad) { return pad == 0; });
}

bool permutesNothing(const Graph& graph, const Node& node) {
  const Shape& shape = in(graph, node).shape;
  if (!shape.ranked()) return false;
  const auto perm = node.as<ops::TransposeAttributes>().permutation(shape.rank());
  return std::is_sorted(perm.begin(), perm.end());
}

bool clipsNothing(const Graph& graph, const Node& node) {
  const auto bound = [&](size_t index, double infinite) {
    const ValueId value = inputOf(node, index);
    return value == kNoValue || scalarConstant(graph, value) == infinite;
  };
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  return isFloat(in(graph, node).type) && bound(1, -kInfinity) && bound(2, kInfinity);
}

// Windows of one element, one apart. With padding the shape changes.
bool poolsSingles(const Graph& graph, const Node& node) {
  const WindowAttributes& attrs = *windowOf(node);
  const auto isOne = [](int64_t extent) { return extent == 1; };
  return !attrs.kernelShape.empty() &&
         std::all_of(attrs.kernelShape.begin(), attrs.kernelShape.end(), isOne) &&
         std::all_of(attrs.strides.begin(), attrs.strides.end(), isOne) &&
         (node.out.size() < 2 || node.out[1] == kNoValue) && keepsShape(graph, node);
}

// x + 0, x - 0, x * 1, x / 1, where the constant does not stretch x.
bool hasNeutralOperand(const Graph& graph, const Node& node) {
  const auto operand = constantOperand(graph, node);
  if (!operand) return false;
  const bool commutes = node.op == &ops::add || node.op == &ops::mul;
  if (operand->constantFirst && !commutes) return false;
  const bool isSum = node.op == &ops::add || node.op == &ops::sub;
  return uniformConstant(graph, operand->constant) == (isSum ? 0.0 : 1.0) &&
         sameShape(graph.value(operand->variable).shape, out(graph, node).shape);
}

struct Rule {
  const Op* op;
  bool (*doesNothing)(const Graph&, const Node&);
  const char* sentence;
};

constexpr Rule kRules[] = {
    {&ops::identity, always, "Identity removed"},
    {&ops::dropout, isInference, "Dropout does nothing at inference"},
    {&ops::cast, keepsType, "casts to the type it has"},
    {&ops::reshape, keepsShape, "keeps the shape"},
    {&ops::flatten, keepsShape, "keeps the shape"},
    {&ops::squeeze, keepsShape, "keeps the shape"},
    {&ops::unsqueeze, keepsShape, "keeps the shape"},
    {&ops::expand, keepsShape, "keeps the shape"},
    {&ops::slice, slicesAll, "takes everything"},
    {&ops::pad, hasNoPads, "pads nothing"},
    {&ops::transpose, permutesNothing, "keeps the order of axes"},
    {&ops::concat, isOnlyInput, "joins a single value"},
    {&ops::sumOf, isOnlyInput, "adds up a single value"},
    {&ops::meanOf, isOnlyInput, "the mean of a single value"},
    {&ops::maxOf, isOnlyInput, "the largest of a single value"},
    {&ops::minOf, isOnlyInput, "the smallest of a single value"},
    {&ops::clip, clipsNothing, "has no bounds"},
    {&ops::averagePool, poolsSingles, "pools single elements"},
    {&ops::maxPool, poolsSingles, "pools single elements"},
    {&ops::globalAveragePool, keepsShape, "pools single elements"},
    {&ops::globalMaxPool, keepsShape, "pools single elements"},
    {&ops::add, hasNeutralOperand, "adds zero"},
    {&ops::sub, hasNeutralOperand, "subtracts zero"},
    {&ops::mul, hasNeutralOperand, "multiplies by one"},
    {&ops::div, hasNeutralOperand, "divides by one"},
};

// An Identity between an output and an input, a constant or another output is the copy that must be made.
bool isNeededCopy(const Graph& graph, const Node& node) {
  return node.op == &ops::identity && graph.isOutput(node.out[0]) &&
         (graph.isInput(node.in[0]) || graph.value(node.in[0]).isConstant() || graph.isOutput(node.in[0]));
}

ValueId survivor(const Graph& graph, const Node& node, const Rule& rule) {
  return rule.doesNothing == hasNeutralOperand ? constantOperand(graph, node)->variable : node.in[0];
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  const auto* rule = std::find_if(std::begin(kRules), std::end(kRules),
                                  [&](const Rule& candidate) { return candidate.op == node.op; });
  if (rule == std::end(kRules) || isNeededCopy(graph, node)) return NoMatch{};
  if (!rule->doesNothing(graph, node)) return NoMatch{};
  GraphBuilder builder(graph, {id});
  builder.replace(node.out[0], survivor(graph, node, *rule));
  return builder.finish(rule->sentence);
}

}  // namespace

extern const Pass noOp{.name = "no_op", .summary = "removes nodes whose output is their input", .run = run};

}  // namespace ridge::passes
