// Neighbourhoods of kernels that are done sooner than they are launched.
#include <fmt/format.h>

#include "analyze/lint/support.h"

namespace ridge::analyze::lint {
namespace {

constexpr size_t kMany = 4;

struct Group {
  std::vector<std::string> layers;
  size_t kernels = 0;
};

Group describe(const Subject& subject, const std::vector<NodeId>& nodes) {
  const Graph& graph = subject.lowered();
  Group group;
  std::set<const Kernel*> kernels;
  std::set<std::string> seen;
  for (const NodeId id : nodes) {
    if (subject.kernelOf(id).moves) continue;
    kernels.insert(&subject.kernelOf(id));
    for (const std::string& source : sourcesOf(graph, id))
      if (seen.insert(source).second) group.layers.push_back(source);
  }
  group.kernels = kernels.size();
  return group;
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  const double launch = subject.roof().launchSeconds;
  if (launch <= 0) return;
  std::vector<NodeId> small;
  size_t kernels = 0;
  for (const Kernel& kernel : subject.kernels()) {
    if (kernel.dynamic) continue;
    kernels += !kernel.moves;
    if (kernel.moves || kernel.seconds < launch)  // views join their neighbours
      small.insert(small.end(), kernel.region.members.begin(), kernel.region.members.end());
  }
  for (const auto& nodes : connectedGroups(subject.lowered(), small)) {
    Group group = describe(subject, nodes);
    if (group.kernels < kMany) continue;
    const bool nearlyAll = 2 * group.kernels > kernels;
    findings.push_back(
        {.layers = std::move(group.layers),
         .figure = fmt::format("{} of {} kernels", group.kernels, kernels),
         .sentence =
             fmt::format("each of {} kernels in a row or side by side computes for less than the {:.1f} us "
                         "that launching it takes",
                         group.kernels, launch * 1e6),
         .remedy = nearlyAll
                       ? "a larger batch gives each kernel more to do; else launch all of them as one graph"
                       : "fewer, larger operators: merge parallel branches, drop what can be left out",
         .seconds = launch * static_cast<double>(group.kernels - 1)});
  }
}

}  // namespace

extern const Rule smallOperators{
    "small-operators", "many operators in a neighbourhood that take less time than their launch", look};

}  // namespace ridge::analyze::lint
