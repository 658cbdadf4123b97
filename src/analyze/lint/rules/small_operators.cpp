// Many operators where few large ones would do: kernels that are done sooner than they are launched, the same
// done to many parts of one value, long chains of elementwise nodes.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "analyze/lint/support.h"
#include "ops/cost_support.h"

namespace ridge::analyze::lint {
namespace {

// A network may well have a few products that are small: no larger operator would do for those in a row.
constexpr size_t kManyKernels = 12, kManyWithoutProduct = 6;
constexpr size_t kManyProducts = 4, kManyParts = 8, kManyElementwise = 8;
constexpr double kSmallSeconds = 20e-6;  // what a machine needs to come to speed, on all of its cores

struct Group {
  std::vector<std::string> layers;
  std::vector<double> launches;    ///< by layer: those of its kernels, shared with their other layers
  size_t kernels = 0, others = 0;  ///< others: without convolution or product
  bool many() const { return kernels >= kManyKernels || others >= kManyWithoutProduct; }
};

Group describe(const Subject& subject, const std::vector<NodeId>& nodes) {
  const Graph& graph = subject.lowered();
  Group group;
  std::map<const Kernel*, std::set<std::string>> byKernel;
  std::map<std::string, size_t> place;
  for (const NodeId id : nodes) {
    const Kernel& kernel = subject.kernelOf(id);
    if (!kernel.runs()) continue;
    if (!byKernel.contains(&kernel)) group.others += kernel.cost.macs == 0;
    for (const std::string& source : sourcesOf(graph, id)) {
      byKernel[&kernel].insert(source);
      if (place.emplace(source, group.layers.size()).second) group.layers.push_back(source);
    }
  }
  group.launches.resize(group.layers.size());
  for (const auto& [kernel, layers] : byKernel)
    for (const std::string& layer : layers)
      group.launches[place.at(layer)] += 1 / static_cast<double>(layers.size());
  group.kernels = byKernel.size();
  return group;
}

void judgeLaunches(const Subject& subject, std::vector<Finding>& findings) {
  const double launch = subject.roof().launchSeconds;
  if (launch <= 0) return;
  std::vector<NodeId> small;
  size_t kernels = 0;
  for (const Kernel& kernel : subject.kernels()) {
    if (kernel.dynamic) continue;
    kernels += kernel.runs();
    if (!kernel.runs() || kernel.seconds < launch)  // views join their neighbours
      small.insert(small.end(), kernel.region.members.begin(), kernel.region.members.end());
  }
  for (const auto& nodes : connectedGroups(subject.lowered(), small)) {
    Group group = describe(subject, nodes);
    if (!group.many()) continue;
    const bool nearlyAll = 2 * group.kernels > kernels;
    const double saved = 1 - 1 / static_cast<double>(group.kernels);  // one launch remains
    for (double& launches : group.launches) launches *= saved * launch;
    findings.push_back(
        {.layers = std::move(group.layers),
         .figure = fmt::format("{} of {} kernels", group.kernels, kernels),
         .sentence =
             fmt::format("each of {} kernels in a row or side by side is done in less than the {:.3g} us "
                         "that launching it takes{}",
                         group.kernels, launch * 1e6, subject.launchIsAssumed() ? " (assumed)" : ""),
         .remedy = nearlyAll
                       ? "a larger batch gives each kernel more to do; else launch all of them as one graph"
                       : "fewer, larger operators: merge parallel branches, drop what can be left out",
         .seconds = launch * static_cast<double>(group.kernels - 1),
         .parts = std::move(group.launches)});
  }
}

/// What a value is a part of, through nodes that cut and name anew.
ValueId wholeOf(const Graph& graph, ValueId value) {
  for (NodeId maker = graph.producer(value); maker != kNoNode; maker = graph.producer(value)) {
    const Node& node = graph.node(maker);
    if (!node.op->traits.view && node.op != &ops::slice && node.op != &ops::split && node.op != &ops::gather)
      break;
    value = node.in[0];
  }
  return value;
}

/// Nodes that do the same to parts of one value, or products that all read it.
class Siblings {
 public:
  explicit Siblings(const Subject& subject) : subject_(subject), graph_(subject.lowered()) {}

  void find(std::vector<Finding>& findings) {
    for (const NodeId id : graph_.order()) add(id);
    for (const auto& [key, nodes] : groups_) judge(nodes, findings);
  }

 private:
  using Key = std::tuple<ValueId, const Op*, std::string, std::string>;  // whole, op, operands, result

  void add(NodeId id) {
    const Node& node = graph_.node(id);
    if (!isProduct(node.op) && !node.op->traits.elementwise) return;
    if (node.in.empty()) return;
    const Kernel& kernel = subject_.kernelOf(id);
    if (kernel.dynamic || kernel.seconds >= kSmallSeconds) return;
    if (!isFloat(graph_.value(node.out[0]).type)) return;
    const ValueId whole = wholeOf(graph_, node.in[0]);
    if (whole == node.in[0] && !isProduct(node.op)) return;
    if (isProduct(node.op) && !subject_.loweredReach().isWeight(node.in[1])) return;
    std::string operands;
    for (const ValueId in : node.in)
      if (in != kNoValue) operands += graph_.value(in).shape.toString() + " ";
    groups_[{whole, node.op, operands, graph_.value(node.out[0]).shape.toString()}].push_back(id);
  }

  void judge(const std::vector<NodeId>& nodes, std::vector<Finding>& findings) const {
    const Node& first = graph_.node(nodes.front());
    const size_t many = isProduct(first.op) ? kManyProducts : kManyParts;
    if (nodes.size() < many) return;
    const double others = static_cast<double>(nodes.size() - 1);
    Finding finding;
    for (const NodeId id : nodes)
      for (std::string& source : sourcesOf(graph_, id)) finding.layers.push_back(std::move(source));
    const bool whole = wholeOf(graph_, first.in[0]) == first.in[0];
    const double again = whole ? subject_.bytesOf(graph_, first.in[0]) * others : 0;
    finding.figure = fmt::format("{} times {}", nodes.size(), displayName(*first.op));
    finding.sentence =
        fmt::format("{} small nodes do the same to {} one value", nodes.size(), whole ? "" : "parts of ");
    finding.remedy = isConvolution(first.op) ? "one convolution, with groups if need be, does the work of all"
                     : isProduct(first.op) ? "one product of wider weights or more rows does the work of all"
                                           : "one node with a constant for all parts does the work of all";
    finding.seconds = subject_.roof().launchSeconds * others + subject_.secondsToMove(again);
    finding.slip = nodes.size() >= kManyParts;
    findings.push_back(std::move(finding));
  }

  const Subject& subject_;
  const Graph& graph_;
  std::map<Key, std::vector<NodeId>> groups_;
};

/// Elementwise nodes of the file that one kernel of ours computes, or that became part of its weights.
class Chains {
 public:
  explicit Chains(const Subject& subject) : subject_(subject) {
    const Graph& graph = subject.graph();
    for (const NodeId id : graph.order()) {
      const Node& node = graph.node(id);
      if (node.op->traits.elementwise && standsInFile(graph, id) && isFloat(graph.value(node.out[0]).type) &&
          !subject.reach().isWeight(node.out[0]))
        elementwise_.insert(displayName(graph, id));
    }
  }

  void find(std::vector<Finding>& findings) const {
    for (const Kernel& kernel : subject_.kernels())
      if (!kernel.dynamic && !kernel.moves) judge(kernel, findings);
  }

 private:
  void judge(const Kernel& kernel, std::vector<Finding>& findings) const {
    const Graph& graph = subject_.lowered();
    Finding finding{.matter = Matter::cleanup};
    for (const NodeId member : kernel.region.members) {
      const Op* op = graph.node(member).op;
      if (isActivation(op)) continue;  // what passes recognise is one
      if (!op->traits.elementwise && !isProduct(op)) continue;
      for (std::string& source : sourcesOf(graph, member))
        if (elementwise_.contains(source) &&
            std::find(finding.layers.begin(), finding.layers.end(), source) == finding.layers.end())
          finding.layers.push_back(std::move(source));
    }
    if (finding.layers.size() < kManyElementwise) return;
    const double others = static_cast<double>(finding.layers.size() - 1);
    const double bytes = 2 * subject_.bytesOf(graph, kernel.region.outputs.front());
    finding.figure = fmt::format("{} nodes", finding.layers.size());
    finding.sentence =
        "elementwise nodes in a row, which `ridge` computes in one kernel; others launch each of them";
    finding.remedy = "write what they compute together with fewer nodes: constants combine";
    finding.seconds = others * (subject_.roof().launchSeconds + subject_.secondsToMove(bytes));
    findings.push_back(std::move(finding));
  }

  const Subject& subject_;
  std::set<std::string> elementwise_;
};

void look(const Subject& subject, std::vector<Finding>& findings) {
  judgeLaunches(subject, findings);
  Siblings(subject).find(findings);
  Chains(subject).find(findings);
}

}  // namespace

extern const Rule smallOperators{
    "small-operators", "many operators where few large ones would do: small kernels, parts, long chains",
    look};

}  // namespace ridge::analyze::lint
