// Channels that units must pad.
#include <fmt/format.h>

#include "analyze/channel_padding.h"
#include "analyze/lint/support.h"

namespace ridge::analyze::lint {
namespace {

constexpr double kClear = 0.03;  // of the product: told however little the padding costs

std::string nearest(int64_t count, int64_t multiple) {
  const int64_t up = roundedUp(count, multiple);
  return up == multiple ? fmt::format("{}", up) : fmt::format("{} or {}", up - multiple, up);
}

/// Numbers of classes, coordinates and the like are given as they are, or as probabilities.
bool isActivated(const Graph& graph, NodeId id) {
  for (NodeId at = soleUser(graph, graph.node(id).out[0]); at != kNoNode;
       at = soleUser(graph, graph.node(at).out[0])) {
    const Op* op = graph.node(at).op;
    if (isActivation(op)) return op != &ops::sigmoid && op != &ops::tanh;
    if (op != &ops::batchNormalization && op != &ops::add) return false;
  }
  return false;
}

void judge(const Subject& subject, NodeId id, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  auto padding = paddingOf(graph, id, subject.roof(), subject.reach());
  if (!padding) return;
  const ProductExtent& extent = padding->extent;
  // Nobody chooses how many colours a picture and how many classes a task has.
  if (padding->picture) padding->in = extent.in;
  if (!subject.reach().feedsProduct(id) && !isActivated(graph, id)) padding->out = extent.out;
  if (padding->none()) return;

  std::vector<std::string> off, better;
  const auto add = [&](int64_t count, const char* side) {
    const auto of = [&](const char* plural) {
      return fmt::format("{} {}{}{}", side, isConvolution(graph.node(id).op) ? "channel" : "column", plural,
                         extent.group > 1 ? " a group" : "");
    };
    off.push_back(fmt::format("{} {}", count, of(count == 1 ? "" : "s")));
    better.push_back(fmt::format("{} {}", nearest(count, padding->multiple), of("s")));
  };
  if (padding->in != extent.in) add(extent.in, "input");
  if (padding->out != extent.out) add(extent.out, "output");
  const bool single = off.size() == 1 && (padding->in != extent.in ? extent.in : extent.out) == 1;
  const LayerCost widened = paddedCost(subject.costOf(id), *padding);
  findings.push_back({.layers = {displayName(graph, id)},
                      .figure = "padding waste " + percent(padding->waste()),
                      .sentence = fmt::format("{} {} no multiple of {}, which the unit for {} takes at once",
                                              fmt::join(off, " and "), single ? "is" : "are",
                                              padding->multiple, name(subject.roof().precision)),
                      .remedy = fmt::format("use {}", fmt::join(better, " and ")),
                      .seconds = analyze::floorOf(widened, subject.roof()).seconds - subject.floorOf(id),
                      .slip = padding->waste() >= kClear});
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  for (const NodeId id : subject.graph().order())
    if (isProduct(subject.graph().node(id).op) && subject.costOf(id).macs > 0) judge(subject, id, findings);
}

}  // namespace

extern const Rule channels{"channels", "channels off the multiples that units take at once: they are padded",
                           look};

}  // namespace ridge::analyze::lint
