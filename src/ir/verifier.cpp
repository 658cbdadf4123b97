#include "ir/verifier.h"

#include <fmt/format.h>

#include <algorithm>

#include "ir/dump.h"

namespace ridge {

namespace {

bool hasOrigin(const Graph& graph, ValueId id) {
  return graph.producer(id) != kNoNode || graph.value(id).isConstant() || graph.isInput(id);
}

bool countFits(size_t count, int least, int most) {
  const auto given = static_cast<int>(count);
  return given >= least && (most < 0 || given <= most);
}

std::string problemOfBodies(const Node& node) {
  if (node.bodies.size() != node.op->bodies.size()) return fmt::format("has {} bodies", node.bodies.size());
  if (node.captures < 0 || static_cast<size_t>(node.captures) > node.in.size())
    return fmt::format("captures {} values but has {} inputs", node.captures, node.in.size());
  for (size_t at = 0; at < node.bodies.size(); ++at) {
    if (!node.bodies[at]) return fmt::format("its {} is missing", node.op->bodies[at]);
    if (node.bodies[at]->inputs().size() < static_cast<size_t>(node.captures))
      return fmt::format("its {} has fewer inputs than the node captures", node.op->bodies[at]);
    if (std::string problem = problemOf(*node.bodies[at]); !problem.empty())
      return fmt::format("in its {}: {}", node.op->bodies[at], problem);
  }
  return {};
}

std::string problemOfNode(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (std::string problem = problemOfBodies(node); !problem.empty()) return problem;
  if (!countFits(node.in.size() - static_cast<size_t>(node.captures), node.op->minInputs, node.op->maxInputs))
    return fmt::format("{} has {} inputs", displayName(*node.op), node.in.size());
  if (!countFits(node.out.size(), node.op->minOutputs, node.op->maxOutputs))
    return fmt::format("{} has {} outputs", displayName(*node.op), node.out.size());
  for (ValueId input : node.in) {
    if (input == kNoValue) continue;
    if (!hasOrigin(graph, input))
      return fmt::format("reads '{}', which nothing produces", graph.value(input).name);
    const auto users = graph.users(input);
    if (std::count(users.begin(), users.end(), id) != std::count(node.in.begin(), node.in.end(), input))
      return fmt::format("use of '{}' is not recorded", graph.value(input).name);
  }
  for (ValueId output : node.out)
    if (output != kNoValue && graph.producer(output) != id)
      return fmt::format("production of '{}' is not recorded", graph.value(output).name);
  return {};
}

}  // namespace

std::string problemOf(const Graph& graph) {
  for (NodeId id = 0; id < graph.nodeCount(); ++id) {
    if (!graph.alive(id)) continue;
    if (std::string problem = problemOfNode(graph, id); !problem.empty())
      return fmt::format("node '{}': {}", displayName(graph, id), problem);
  }
  for (const Graph::Output& output : graph.outputs())
    if (!hasOrigin(graph, output.value)) return fmt::format("output '{}' is not produced", output.name);
  try {
    graph.order();
  } catch (const Error& error) {
    return error.message();
  }
  return {};
}

}  // namespace ridge
