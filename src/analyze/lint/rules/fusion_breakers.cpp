// What keeps elementwise work from being done where a convolution or product writes its result.
#include <fmt/format.h>

#include <algorithm>

#include "analyze/lint/support.h"
#include "base/text.h"
#include "ops/cost_support.h"

namespace ridge::analyze::lint {
namespace {

std::vector<std::string> sourcesOf(const Graph& graph, const Region& region) {
  std::vector<std::string> names;
  for (const NodeId member : region.members)
    for (const std::string& source : lint::sourcesOf(graph, member))
      if (std::find(names.begin(), names.end(), source) == names.end()) names.push_back(source);
  return names;
}

bool ofProduct(const Kernel& kernel) {
  const auto& anchors = kernel.region.anchors;
  return !anchors.empty() && kernel.cost.macs > 0;
}

/// A value inside the kernel that somebody outside reads as well, so that it is written beside the result.
void judgeSecondReaders(const Subject& subject, const Kernel& kernel, std::vector<Finding>& findings) {
  const Graph& graph = subject.lowered();
  const Region& region = kernel.region;
  for (const ValueId value : region.outputs) {
    const auto users = graph.users(value);
    const auto inside = [&](NodeId user) {
      return std::find(region.members.begin(), region.members.end(), user) != region.members.end();
    };
    const auto outside = std::find_if_not(users.begin(), users.end(), inside);
    if (std::none_of(users.begin(), users.end(), inside)) continue;
    const double bytes = subject.bytesOf(graph, value);
    const std::string other =
        outside == users.end() ? "the network's output" : inQuotes(displayName(graph, *outside));
    findings.push_back(
        {.layers = lint::sourcesOf(graph, graph.producer(value)),
         .figure = formatBytes(toCount(bytes)) + " written for a second reader",
         .sentence = fmt::format(
             "{} reads what '{}' makes before the elementwise nodes that follow: both are written, "
             "or nothing is fused",
             other, escaped(displayName(graph, graph.producer(value)))),
         .remedy = "let every reader take the final result, or repeat the cheap part",
         .seconds = subject.secondsToMove(bytes)});
  }
}

/// Why a pointwise kernel stands alone behind the product that makes one of its inputs; nothing where it is
/// for want of a kernel, which is no fault of the network.
std::optional<std::string> reason(const Subject& subject, const Kernel& pointwise, ValueId value) {
  const Graph& graph = subject.lowered();
  const Shape& result = graph.value(pointwise.region.outputs.front()).shape;
  if (!sameShape(graph.value(value).shape, result))
    return fmt::format("it spreads the result of shape {} to {}", graph.value(value).shape.toString(),
                       result.toString());
  for (const NodeId user : graph.users(value))
    if (const auto& members = pointwise.region.members;
        std::find(members.begin(), members.end(), user) == members.end())
      return fmt::format("its operand is also read by '{}', which must run first",
                         escaped(displayName(graph, user)));
  for (const ValueId input : pointwise.region.inputs)
    if (input != value && subject.loweredReach().comesFromProduct(input) &&
        !sameShape(graph.value(input).shape, result))
      return fmt::format("the other operand, of shape {}, is spread to {}",
                         graph.value(input).shape.toString(), result.toString());
  return std::nullopt;
}

bool isWide(const Subject& subject, const Kernel& pointwise, ValueId value) {
  const Graph& graph = subject.lowered();
  return graph.value(value).shape.count() == graph.value(pointwise.region.outputs.front()).shape.count();
}

/// Elementwise work that reads a product's result again. One finding a kernel: its widest such input.
void judgeAlone(const Subject& subject, const Kernel& kernel, std::vector<Finding>& findings) {
  const Graph& graph = subject.lowered();
  ValueId worst = kNoValue;
  for (const ValueId input : kernel.region.inputs) {
    const NodeId maker = input == kNoValue ? kNoNode : graph.producer(input);
    if (maker == kNoNode || !ofProduct(subject.kernelOf(maker))) continue;
    if (worst == kNoValue || (isWide(subject, kernel, input) && !isWide(subject, kernel, worst)))
      worst = input;
  }
  if (worst == kNoValue) return;
  const auto why = reason(subject, kernel, worst);
  if (!why) return;
  // What a product has made could have been worked on before it was written, and written once.
  const bool sole = usedOnce(graph, worst);
  const double bytes = isWide(subject, kernel, worst) ? subject.bytesOf(graph, worst) * (sole ? 2 : 1)
                                                      : subject.bytesOf(graph, kernel.region.outputs.front());
  findings.push_back(
      {.layers = sourcesOf(graph, kernel.region),
       .figure = formatBytes(toCount(bytes)) + " moved again",
       .sentence =
           fmt::format("not fused into '{}': {}", escaped(displayName(graph, graph.producer(worst))), *why),
       .remedy = "put elementwise work right behind the layer whose result it changes, as its only reader",
       .seconds = subject.secondsToMove(bytes) + subject.roof().launchSeconds});
}

bool activates(const Graph& graph, const Region& region) {
  return std::any_of(region.members.begin(), region.members.end(),
                     [&](NodeId member) { return isActivation(graph.node(member).op); });
}

/// Why neither the product before nor the one behind an elementwise kernel computes it, and what helps.
struct Stands {
  std::string sentence, remedy;
};

Stands standsBehindInput() {
  return {"stands between the network's input and a product: neither can do it on the way",
          "normalize and activate behind the first product instead"};
}

/// `mover` makes the kernel's operand out of what others have computed.
Stands standsBehind(const Subject& subject, NodeId mover) {
  const Graph& graph = subject.lowered();
  const std::string nearest = displayName(*graph.node(mover).op);
  NodeId maker = mover;
  while (maker != kNoNode && subject.kernelOf(maker).moves) {
    const Node& node = graph.node(maker);
    if (node.op == &ops::concat)
      return {fmt::format("stands between {} and a product: neither can do it on the way", nearest),
              "normalize and activate behind each product (Conv, BatchNormalization, Relu), before results "
              "are joined"};
    maker = graph.producer(node.in[0]);
  }
  if (maker != kNoNode && ofProduct(subject.kernelOf(maker)))
    return {fmt::format("stands behind {} instead of right behind '{}', which could do it on the way",
                        nearest, escaped(displayName(graph, maker))),
            fmt::format("normalize and activate right behind the product, in front of {}", nearest)};
  return {fmt::format("stands between {} and a product: neither can do it on the way", nearest),
          fmt::format("compute it together with what makes its operand, in front of {}", nearest)};
}

/// Normalization and activation in front of a convolution, behind something that cannot take them.
void judgeInFront(const Subject& subject, const Kernel& kernel, std::vector<Finding>& findings) {
  const Graph& graph = subject.lowered();
  const auto readsProduct = [&](ValueId input) {
    return input != kNoValue && graph.producer(input) != kNoNode &&
           ofProduct(subject.kernelOf(graph.producer(input)));
  };
  if (std::any_of(kernel.region.inputs.begin(), kernel.region.inputs.end(), readsProduct)) return;
  std::vector<NodeId> computed;
  for (const ValueId input : kernel.region.inputs)
    if (input != kNoValue && graph.producer(input) != kNoNode) computed.push_back(graph.producer(input));
  if (computed.size() > 1) return;
  const bool first = computed.empty();  // the network's input: preparing it is no fault, an activation is
  if (first && !activates(graph, kernel.region)) return;
  if (!first && !subject.kernelOf(computed.front()).moves) return;
  if (!first && !subject.loweredReach().comesFromProduct(graph.node(computed.front()).out[0])) return;
  const auto& users = graph.users(kernel.region.outputs.front());
  if (std::none_of(users.begin(), users.end(), [&](NodeId user) { return isProduct(graph.node(user).op); }))
    return;
  const double bytes = subject.bytesOf(graph, kernel.region.outputs.front());
  Stands stands = first ? standsBehindInput() : standsBehind(subject, computed.front());
  findings.push_back({.layers = sourcesOf(graph, kernel.region),
                      .figure = formatBytes(toCount(2 * bytes)) + " moved again",
                      .sentence = std::move(stands.sentence),
                      .remedy = std::move(stands.remedy),
                      .seconds = subject.secondsToMove(2 * bytes) + subject.roof().launchSeconds});
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  if (subject.quantized()) return;  // there fusion hangs on the pairs, which have rules of their own
  for (const Kernel& kernel : subject.kernels()) {
    if (ofProduct(kernel)) judgeSecondReaders(subject, kernel, findings);
    if (!kernel.pointwise()) continue;
    judgeAlone(subject, kernel, findings);
    judgeInFront(subject, kernel, findings);
  }
}

}  // namespace

extern const Rule fusionBreakers{
    "fusion-breakers", "second readers, broadcasts and orders that keep elementwise work from being fused",
    look};

}  // namespace ridge::analyze::lint
