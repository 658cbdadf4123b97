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

/// Nobody writes the operand where the Concat wants it: it is the network's input or a constant, or a part
/// that is copied there from a larger array.
bool mustBeCopied(const Subject& subject, ValueId operand) {
  const Graph& graph = subject.lowered();
  NodeId maker = graph.producer(operand);
  while (maker != kNoNode && graph.node(maker).op->traits.view)
    maker = graph.producer(graph.node(maker).in[0]);
  if (maker == kNoNode) return true;
  const bool part = graph.node(maker).op == &ops::slice || graph.node(maker).op == &ops::split;
  return part && subject.kernelOf(maker).copies > 0;
}

void judgeConcat(const Subject& subject, const Kernel& kernel, std::vector<Finding>& findings) {
  const Graph& graph = subject.lowered();
  const NodeId id = kernel.region.members.front();
  double bytes = 0;
  int copies = 0;
  for (const ValueId operand : graph.node(id).in)
    if (operand != kNoValue && mustBeCopied(subject, operand)) {
      bytes += subject.bytesOf(graph, operand);
      ++copies;
    }
  // The plan may know of more, or of fewer where another order of axes is made on the way.
  bytes = std::max(bytes, kernel.copiedBytes);
  copies = std::max(copies, kernel.copies);
  if (copies == 0) return;
  findings.push_back(
      {.layers = sourcesOf(graph, id),
       .figure = formatBytes(toCount(2 * bytes)) + " moved",
       .sentence = fmt::format("copies {} of {} operands, which lie elsewhere for other readers", copies,
                               graph.node(id).in.size()),
       .remedy =
           "let one Concat alone read what it joins; add instead of joining; cut weights instead of results",
       .seconds = subject.secondsToMove(2 * bytes)});
}

bool isOfAttention(const Graph& graph, NodeId node) {
  if (node == kNoNode) return false;
  const Node& of = graph.node(node);
  return of.op == &ops::dotAttention || of.op == &ops::attention ||
         (of.op == &ops::matMul && graph.producer(of.in[0]) != kNoNode &&
          graph.producer(of.in[1]) != kNoNode);
}

/// Attention reads its heads where they lie, in every runtime that knows it.
bool servesAttention(const Graph& graph, const Node& moved) {
  if (isOfAttention(graph, graph.producer(moved.in[0]))) return true;
  std::vector<ValueId> open{moved.out[0]};
  while (!open.empty()) {
    const ValueId value = open.back();
    open.pop_back();
    for (const NodeId user : graph.users(value)) {
      if (isOfAttention(graph, user)) return true;
      const Node& reader = graph.node(user);
      const bool moves = reader.op->traits.view || reader.op == &ops::slice || reader.op == &ops::split ||
                         reader.op == &ops::transpose;
      if (moves && reader.in[0] == value)  // one operand: nothing is met twice
        std::copy_if(reader.out.begin(), reader.out.end(), std::back_inserter(open),
                     [](ValueId out) { return out != kNoValue; });
    }
  }
  return false;
}

/// Transposes that our kernels read in place.
struct Views {
  Finding finding{.matter = Matter::cleanup};
  double bytes = 0;

  void add(const Subject& subject, NodeId id) {
    const Graph& graph = subject.lowered();
    for (std::string& source : sourcesOf(graph, id)) finding.layers.push_back(std::move(source));
    bytes += 2 * subject.bytesOf(graph, graph.node(id).out[0]);
    finding.seconds += subject.roof().launchSeconds;
  }
  void finish(const Subject& subject, std::vector<Finding>& findings) {
    if (finding.layers.empty()) return;
    finding.figure = formatBytes(toCount(bytes)) + " moved by others";
    finding.sentence =
        "Transposes that `ridge` reads in place, as slices of a larger array or in another order";
    finding.remedy = "keep one order of axes through the network, if it is to run elsewhere too";
    finding.seconds += subject.secondsToMove(bytes);
    findings.push_back(std::move(finding));
  }
};

/// Names of nodes that cancelling-moves speaks of.
std::set<std::string> cancelled(const Graph& graph) {
  std::set<std::string> names;
  for (const CancellingPair& pair : cancellingPairs(graph))
    names.insert({displayName(graph, pair.first), displayName(graph, pair.second)});
  return names;
}

void judgeMover(const Subject& subject, NodeId id, const Mover& mover, std::vector<Finding>& findings) {
  const Graph& graph = subject.lowered();
  const Node& node = graph.node(id);
  const double written = subject.bytesOf(graph, node.out[0]);
  const double bytes = written + std::min(written, subject.bytesOf(graph, node.in[0]));
  findings.push_back(
      {.layers = sourcesOf(graph, id),
       .figure = formatBytes(toCount(bytes)) + " moved",
       .sentence = fmt::format("{} {} and computes nothing", displayName(*node.op), mover.what),
       .remedy = mover.remedy,
       .seconds = subject.secondsToMove(bytes) + subject.roof().launchSeconds});
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  const Graph& graph = subject.lowered();
  const std::set<std::string> others = cancelled(subject.graph());
  Views views;
  for (const Kernel& kernel : subject.kernels()) {
    if (kernel.dynamic || kernel.region.members.size() != 1) continue;
    const NodeId id = kernel.region.members.front();
    const Node& node = graph.node(id);
    if (node.op == &ops::concat) judgeConcat(subject, kernel, findings);
    const auto* mover = std::find_if(std::begin(kMovers), std::end(kMovers),
                                     [&](const Mover& known) { return known.op == node.op; });
    if (mover == std::end(kMovers) || others.contains(sourcesOf(graph, id).front())) continue;
    if (!kernel.moves || kernel.copies > 0)
      judgeMover(subject, id, *mover, findings);
    else if (node.op == &ops::transpose && !servesAttention(graph, node))
      views.add(subject, id);
  }
  views.finish(subject, findings);
}

}  // namespace

extern const Rule dataMovement{"data-movement", "transposes, casts, copies of Concat, Gather and their like",
                               look};

}  // namespace ridge::analyze::lint
