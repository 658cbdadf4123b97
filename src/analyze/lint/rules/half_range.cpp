// What does not fit float16: constants and sums beyond 65504, constants that vanish.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "analyze/lint/support.h"
#include "base/text.h"
#include "ops/reduce/reduce.h"

namespace ridge::analyze::lint {
namespace {

constexpr double kLargest = 65504;
constexpr double kVanishes = 0x1p-25;  // rounds to zero

Finding finding(const Graph& graph, NodeId id, std::string figure, std::string sentence, std::string remedy) {
  return {.matter = Matter::accuracy,
          .layers = sourcesOf(graph, id),
          .figure = std::move(figure),
          .sentence = std::move(sentence),
          .remedy = std::move(remedy)};
}

bool isWiderThanHalf(DType type) {
  return type == DType::f32 || type == DType::f64 || type == DType::bf16;
}

/// A bound beyond the range bounds nothing, in float16 as in float32; a scale is no operand.
bool isBound(const Op* op) {
  return op == &ops::clip || op == &ops::maxOf || op == &ops::minOf || op == &ops::quantizeLinear ||
         op == &ops::dequantizeLinear || op == &ops::cast || op == &ops::resize;
}

/// The number farthest from zero, with its sign; infinite ones do not count.
template <class Numbers>
double farthestOf(const Numbers& numbers) {
  double farthest = 0;
  for (const auto number : numbers)
    if (std::isfinite(number) && std::abs(static_cast<double>(number)) > std::abs(farthest))
      farthest = static_cast<double>(number);
  return farthest;
}

double farthestOf(const Tensor& tensor) {  // weights are many: without a copy where possible
  return tensor.type() == DType::f32 ? farthestOf(tensor.as<float>()) : farthestOf(toDoubles(tensor));
}

/// The result of constants alone is a constant itself; statistics become factors near those of the weights.
bool isFoldedAway(const Node& node, const ProductReach& reach) {
  return node.op == &ops::batchNormalization ||
         std::all_of(node.out.begin(), node.out.end(), [&](ValueId out) { return reach.isWeight(out); });
}

/// A number far below zero that is added, or chosen, shuts elements out of what follows.
bool isMask(const Op* op, double farthest) {
  return farthest < 0 && (op == &ops::add || op == &ops::where);
}

/// What becomes of the results once the constant is infinite.
std::string_view consequence(const Node& node, ValueId constant, double farthest) {
  if (isMask(node.op, farthest)) return "a Softmax of nothing but masked elements is no number then";
  if (node.op == &ops::div && node.in[1] == constant) return "every quotient becomes 0";
  if (node.op == &ops::mul) return "products are infinite, and no number where the other factor is 0";
  return "results are infinite, or no number";
}

void judgeConstants(const Graph& graph, NodeId id, std::vector<Finding>& findings) {
  const Node& node = graph.node(id);
  if (isBound(node.op)) return;
  for (const ValueId in : node.in) {
    const Tensor* constant = graph.constant(in);
    if (!constant || !isWiderThanHalf(constant->type())) continue;
    const double farthest = farthestOf(*constant);
    if (std::abs(farthest) <= kLargest) continue;
    findings.push_back(finding(
        graph, id, fmt::format("{:.3g} {}", farthest, farthest < 0 ? "is below -65504" : "is beyond 65504"),
        fmt::format("the constant {} becomes infinite in float16: {}", inQuotes(graph.value(in).name),
                    consequence(node, in, farthest)),
        isMask(node.op, farthest) ? "a mask of -1e4 does the same and fits; else keep this layer in float32"
                                  : "scale it into the range, or keep this layer in float32"));
    return;
  }
}

/// Something that a zero breaks reads the value.
bool feedsRoot(const Graph& graph, ValueId value) {
  const auto users = graph.users(value);
  return std::any_of(users.begin(), users.end(), [&](NodeId user) {
    const Node& node = graph.node(user);
    const bool divides = node.op == &ops::div && node.in[1] == value;
    return divides || node.op == &ops::sqrt || node.op == &ops::log || node.op == &ops::reciprocal ||
           node.op == &ops::pow;
  });
}

void judgeEpsilon(const Graph& graph, NodeId id, std::vector<Finding>& findings) {
  const Node& node = graph.node(id);
  if (node.op != &ops::add && node.op != &ops::maxOf && node.op != &ops::clip) return;
  for (const ValueId in : node.in) {
    const auto number = in == kNoValue ? std::nullopt : uniformConstant(graph, in);
    if (!number || !isWiderThanHalf(graph.value(in).type) || *number <= 0 || *number > kVanishes) continue;
    if (!feedsRoot(graph, node.out[0])) continue;
    findings.push_back(
        finding(graph, id, fmt::format("{:.3g} rounds to 0", *number),
                "what keeps the root, logarithm or quotient behind it from zero vanishes in float16",
                "use 1e-5 or more (at least 6e-8), or keep this layer in float32"));
  }
}

void judgeExp(const Graph& graph, NodeId id, std::vector<Finding>& findings) {
  const Node& node = graph.node(id);
  if (node.op != &ops::exp) return;
  const auto users = graph.users(node.out[0]);
  const bool isSummed = std::any_of(users.begin(), users.end(),
                                    [&](NodeId user) { return graph.node(user).op == &ops::reduceSum; });
  if (!isSummed) return;
  const NodeId before = producerOf(graph, node.in[0], ops::sub);
  if (before != kNoNode && producerOf(graph, graph.node(before).in[1], ops::reduceMax) != kNoNode) return;
  findings.push_back(
      finding(graph, id, "infinite from 11.1 on",
              "a sum of exponentials without the largest operand subtracted first overflows in float16",
              "use Softmax, or subtract ReduceMax before Exp"));
}

void judgeSum(const Graph& graph, NodeId id, std::vector<Finding>& findings) {
  const Node& node = graph.node(id);
  if (node.op != &ops::reduceSum && node.op != &ops::reduceSumSquare && node.op != &ops::reduceL1) return;
  const auto in = graph.value(node.in[0]).shape.count(), out = graph.value(node.out[0]).shape.count();
  if (!isWiderThanHalf(graph.value(node.in[0]).type) || !in || !out || *out == 0 || *in / *out <= 65504)
    return;
  findings.push_back(finding(graph, id, fmt::format("{} terms", *in / *out),
                             "a sum of so many terms leaves float16 as soon as they are 1 on average",
                             "use a mean, or keep this layer in float32"));
}

void judgePower(const Graph& graph, NodeId id, std::vector<Finding>& findings) {
  const Node& node = graph.node(id);
  if (node.op != &ops::pow) return;
  const auto exponent = uniformConstant(graph, node.in[1]);
  if (!exponent || *exponent < 4) return;
  findings.push_back(
      finding(graph, id, fmt::format("infinite from {:.3g} on", std::pow(kLargest, 1 / *exponent)),
              fmt::format("a power of {:.3g} overflows in float16 for small operands", *exponent),
              "keep this layer in float32"));
}

/// Constants as they are written, and as passes make them: a factor of 1e5 may be hidden in weights.
void judgeConstants(const Subject& subject, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  std::set<std::string> told;
  for (const NodeId id : graph.order())
    if (!isFoldedAway(graph.node(id), subject.reach())) judgeConstants(graph, id, findings);
  for (const Finding& finding : findings) told.insert(finding.layers.begin(), finding.layers.end());
  std::vector<Finding> later;
  for (const NodeId id : subject.lowered().order()) judgeConstants(subject.lowered(), id, later);
  for (Finding& finding : later)
    if (std::none_of(finding.layers.begin(), finding.layers.end(),
                     [&](const std::string& layer) { return told.contains(layer); }))
      findings.push_back(std::move(finding));
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  judgeConstants(subject, findings);
  const Graph& graph = subject.lowered();
  for (const NodeId id : graph.order()) {
    judgeEpsilon(graph, id, findings);
    judgeExp(graph, id, findings);
    judgeSum(graph, id, findings);
    judgePower(graph, id, findings);
  }
}

}  // namespace

extern const Rule halfRange{"half-range", "constants, sums and powers that leave the range of float16", look};

}  // namespace ridge::analyze::lint
