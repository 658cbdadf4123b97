// Kernels that compute nothing: they copy elements to other places or into another type.
#include <fmt/format.h>

#include <algorithm>

#include "analyze/lint/cancelling.h"
#include "analyze/lint/support.h"
#include "base/text.h"
#include "ops/cost_support.h"

namespace ridge::analyze::lint {
namespace {

struct Mover {
  const Op* op;
  const char *what, *remedy;
};

constexpr Mover kMovers[] = {
    {&ops::transpose, "changes the order of axes in memory",
     "keep one order of axes through the network; permute weights instead of activations"},
    {&ops::cast, "copies everything into another type", "keep one type through the network"},
    {&ops::gather, "collects elements from all over memory", "use a Slice where the indices are a range"},
    {&ops::gatherElements, "collects elements from all over memory", "move it to the end of the network"},
    {&ops::gatherNd, "collects elements from all over memory", "move it to the end of the network"},
    {&ops::scatterElements, "copies everything to change some of it", "use Where or Concat"},
    {&ops::scatterNd, "copies everything to change some of it", "use Where or Concat"},
    {&ops::pad, "copies everything into a larger array", "use the padding of the layer that follows"},
    {&ops::tile, "writes the same elements again and again", "rely on broadcasting"},
    {&ops::expand, "writes the same elements again and again", "rely on broadcasting"},
    {&ops::depthToSpace, "changes the order of elements in memory",
     "permute the weights of the layer before it"},
    {&ops::spaceToDepth, "changes the order of elements in memory",
     "fold it into a strided convolution with a larger kernel"},
};

/// The value that this one is a view of.
ValueId origin(const Graph& graph, ValueId value) {
  for (NodeId maker = graph.producer(value); maker != kNoNode && graph.node(maker).op->traits.view;
       maker = graph.producer(value))
    value = graph.node(maker).in[0];
  return value;
}

/// Nobody can write the operand where the Concat wants it: it is there already, or wanted elsewhere too.
bool mustBeCopied(const Graph& graph, ValueId operand) {
  const ValueId value = origin(graph, operand);
  const NodeId maker = graph.producer(value);
  if (maker == kNoNode || graph.node(maker).op == &ops::slice || graph.node(maker).op == &ops::split)
    return true;
  const auto users = graph.users(value);
  return std::count_if(users.begin(), users.end(),
                       [&](NodeId user) { return graph.node(user).op == &ops::concat; }) > 1;
}

void judgeConcat(const Subject& subject, NodeId id, std::vector<Finding>& findings) {
  const Graph& graph = subject.lowered();
  double bytes = 0;
  size_t copied = 0;
  for (const ValueId operand : graph.node(id).in)
    if (operand != kNoValue && mustBeCopied(graph, operand)) {
      bytes += subject.bytesOf(graph, operand);
      ++copied;
    }
  if (bytes == 0) return;
  findings.push_back(
      {.layers = sourcesOf(graph, id),
       .figure = formatBytes(toCount(2 * bytes)) + " moved",
       .sentence = fmt::format("copies {} of {} operands, which lie elsewhere for other readers", copied,
                               graph.node(id).in.size()),
       .remedy =
           "let one Concat alone read what it joins; add instead of joining; cut weights instead of results",
       .seconds = subject.secondsToMove(2 * bytes)});
}

/// Names of nodes that cancelling-moves speaks of.
std::set<std::string> cancelled(const Graph& graph) {
  std::set<std::string> names;
  for (const CancellingPair& pair : cancellingPairs(graph))
    names.insert({displayName(graph, pair.first), displayName(graph, pair.second)});
  return names;
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  const Graph& graph = subject.lowered();
  const std::set<std::string> others = cancelled(subject.graph());
  for (const Kernel& kernel : subject.kernels()) {
    if (kernel.dynamic || kernel.region.members.size() != 1) continue;
    const NodeId id = kernel.region.members.front();
    const Node& node = graph.node(id);
    if (node.op == &ops::concat) judgeConcat(subject, id, findings);
    const auto* mover = std::find_if(std::begin(kMovers), std::end(kMovers),
                                     [&](const Mover& known) { return known.op == node.op; });
    if (mover == std::end(kMovers)) continue;
    const std::vector<std::string> sources = sourcesOf(graph, id);
    if (others.contains(sources.front())) continue;
    const double written = subject.bytesOf(graph, node.out[0]);
    const double bytes = written + std::min(written, subject.bytesOf(graph, node.in[0]));
    findings.push_back(
        {.layers = sourcesOf(graph, id),
         .figure = formatBytes(toCount(bytes)) + " moved",
         .sentence = fmt::format("{} {} and computes nothing", displayName(*node.op), mover->what),
         .remedy = mover->remedy,
         .seconds = subject.secondsToMove(bytes) + subject.roof().launchSeconds});
  }
}

}  // namespace

extern const Rule dataMovement{"data-movement", "transposes, casts, copies of Concat, Gather and their like",
                               look};

}  // namespace ridge::analyze::lint
