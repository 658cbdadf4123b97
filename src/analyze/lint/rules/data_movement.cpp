// Kernels that compute nothing: they copy elements to other places or into another type.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "analyze/lint/cancelling.h"
#include "analyze/lint/support.h"
#include "base/text.h"
#include "ops/cost_support.h"
#include "ops/movement/concat.h"
#include "ops/movement/transpose.h"
#include "plan/movement.h"

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
    {&ops::gather, "collects elements from all over memory",
     "order channels in the weights of the layer before it; leave other axes as they are if the design "
     "allows"},
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

/// Why an operand does not come to lie where the Concat wants it.
enum class Elsewhere { no, given, part, read };
struct Why {
  Elsewhere why;
  const char *one, *many, *remedy;
};
constexpr Why kWhys[] = {
    {Elsewhere::given, "is the network's input or a constant", "are inputs of the network or constants",
     "let each be read by a product of its own, and add the results"},
    {Elsewhere::part, "is a part of a larger array", "are parts of a larger array",
     "cut and order channels in the weights of the layer that makes them; leave other axes as they are if "
     "the "
     "design allows"},
    {Elsewhere::read, "lies elsewhere for other readers", "lie elsewhere for other readers",
     "let one Concat alone read what it joins, or add instead of joining"},
};

/// kNoNode for the network's inputs and constants.
NodeId makerThroughViews(const Graph& graph, ValueId value) {
  NodeId maker = graph.producer(value);
  while (maker != kNoNode && graph.node(maker).op->traits.view)
    maker = graph.producer(graph.node(maker).in[0]);
  return maker;
}

/// What can be told without the plan, which knows of other readers.
Elsewhere elsewhere(const Graph& graph, ValueId operand) {
  const NodeId maker = makerThroughViews(graph, operand);
  if (maker == kNoNode) return Elsewhere::given;
  return graph.node(maker).op == &ops::slice ? Elsewhere::part : Elsewhere::no;
}

/// Nobody writes the operand where the Concat wants it; parts only where the plan copies them.
bool mustBeCopied(const Subject& subject, ValueId operand) {
  const Graph& graph = subject.lowered();
  const Elsewhere why = elsewhere(graph, operand);
  return why == Elsewhere::given ||
         (why == Elsewhere::part && subject.kernelOf(makerThroughViews(graph, operand)).copies > 0);
}

/// Joins all parts of one value in their order, so that it makes what was there before.
bool undoesCut(const Graph& graph, const Node& concat) {
  const Shape& joined = graph.value(concat.out[0]).shape;
  const auto axis =
      static_cast<size_t>(normalizeAxis(concat.as<ops::ConcatAttributes>().axis, joined.rank()));
  ValueId whole = kNoValue;
  int64_t begin = 0;
  for (const ValueId in : concat.in) {
    const NodeId maker = producerOf(graph, in, ops::slice);
    const auto movement = maker == kNoNode ? std::nullopt : movementOf(graph, maker);
    if (!movement) return false;
    const Piece& piece = movement->pieces.front();
    if (whole == kNoValue) whole = graph.node(maker).in[0];
    if (graph.node(maker).in[0] != whole || piece.inStart[axis] != begin) return false;
    if (std::any_of(piece.inStep.begin(), piece.inStep.end(), [](int64_t step) { return step != 1; }))
      return false;
    begin += piece.dims[axis];
  }
  return whole != kNoValue && sameShape(graph.value(whole).shape, joined);
}

struct Reasons {
  std::string sentence, remedy;
};

/// Of `copies` operands, as far as the Concat's operands tell; the plan copies the rest for other readers.
Reasons reasonsOf(const Subject& subject, const Node& concat, int copies) {
  if (undoesCut(subject.lowered(), concat))
    return {"joins all parts of one value again, in their order: it makes what was there before",
            "let its readers take the value itself"};
  std::map<Elsewhere, int> count;
  int left = copies;
  for (const ValueId operand : concat.in)
    if (const Elsewhere why = elsewhere(subject.lowered(), operand); why != Elsewhere::no && left > 0)
      ++count[why], --left;
  if (left > 0) count[Elsewhere::read] = left;
  std::vector<std::string> sentences, remedies;
  for (const Why& why : kWhys)
    if (const int operands = count[why.why]; operands > 0) {
      sentences.push_back(fmt::format("{} {}", operands, operands == 1 ? why.one : why.many));
      remedies.emplace_back(why.remedy);
    }
  return {fmt::format("copies {} of {} operands: {}", copies, concat.in.size(), fmt::join(sentences, ", ")),
          fmt::format("{}", fmt::join(remedies, "; "))};
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
  Reasons reasons = reasonsOf(subject, graph.node(id), copies);
  findings.push_back({.layers = sourcesOf(graph, id),
                      .figure = formatBytes(toCount(2 * bytes)) + " moved",
                      .sentence = std::move(reasons.sentence),
                      .remedy = std::move(reasons.remedy),
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

/// The rows of heads brought into another order: what every attention of several heads does, before and
/// after.
bool ordersHeads(const Graph& graph, const Node& node) {
  if (node.op != &ops::transpose || !servesAttention(graph, node)) return false;
  const int64_t rank = graph.value(node.in[0]).shape.rank();
  return node.as<ops::TransposeAttributes>().permutation(rank).back() == rank - 1;
}

/// Rows of a table by numbers that only the run knows: nothing else does that.
bool isLookUp(const Graph& graph, const Node& node) {
  return node.op == &ops::gather && !graph.constant(node.in[1]);
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
    if (isLookUp(graph, node) || ordersHeads(graph, node)) continue;
    if (kernel.runs())
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
