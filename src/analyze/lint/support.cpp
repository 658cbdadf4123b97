#include "analyze/lint/support.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

namespace ridge::analyze::lint {

namespace {

bool isOneOf(const Op* op, std::initializer_list<const Op*> ops) {
  return std::find(ops.begin(), ops.end(), op) != ops.end();
}

}  // namespace

bool isActivation(const Op* op) {
  return isOneOf(op, {&ops::relu, &ops::clip, &ops::leakyRelu, &ops::prelu, &ops::sigmoid, &ops::tanh,
                      &ops::hardSigmoid, &ops::hardSwish, &ops::elu, &ops::selu, &ops::celu, &ops::gelu,
                      &ops::mish, &ops::softplus, &ops::softsign, &ops::swish, &ops::silu});
}

bool isPassThrough(const Node& node) {
  return node.op->traits.view || isOneOf(node.op, {&ops::identity, &ops::dropout});
}

bool standsInFile(const Graph& graph, NodeId node) {
  const Origins& origins = graph.node(node).origins;
  return origins.empty() ||
         std::find(origins.begin(), origins.end(), displayName(graph, node)) != origins.end();
}

bool isShapeArithmetic(const Graph& graph, const Node& node) {
  if (node.out.front() == kNoValue) return false;
  const Value& out = graph.value(node.out.front());
  return isInteger(out.type) && out.shape.ranked() && out.shape.rank() <= 1;
}

double bytesBeyondInt8(const Subject& subject, DType type) {
  return std::max(2.0, subject.bytesOfElement(type)) - 1;
}

std::string percent(double share) {
  const double value = 100 * share;
  return value >= 9.95 ? fmt::format("{:.0f} %", value) : fmt::format("{:.1f} %", value);
}

std::string listed(const std::vector<std::string>& names, size_t most) {
  std::string text;
  const size_t shown = names.size() <= most + 1 ? names.size() : most;
  for (size_t at = 0; at < shown; ++at) {
    const bool last = at > 0 && at + 1 == names.size();
    text += (at == 0 ? "'" : last ? " and '" : ", '") + escaped(names[at]) + "'";
  }
  return shown == names.size() ? text : text + fmt::format(" and {} more", names.size() - shown);
}

std::vector<std::vector<NodeId>> connectedGroups(const Graph& graph, const std::vector<NodeId>& nodes) {
  std::unordered_map<NodeId, size_t> place;
  for (size_t at = 0; at < nodes.size(); ++at) place.emplace(nodes[at], at);
  std::vector<size_t> root(nodes.size());
  std::iota(root.begin(), root.end(), size_t{0});
  const auto find = [&](size_t at) {
    while (root[at] != at) at = root[at] = root[root[at]];
    return at;
  };
  for (size_t at = 0; at < nodes.size(); ++at)
    for (const ValueId out : graph.node(nodes[at]).out)
      if (out != kNoValue)
        for (const NodeId user : graph.users(out))
          if (const auto other = place.find(user); other != place.end()) {
            const size_t a = find(at), b = find(other->second);
            root[std::max(a, b)] = std::min(a, b);
          }
  std::vector<std::vector<NodeId>> groups(nodes.size());
  for (size_t at = 0; at < nodes.size(); ++at) groups[find(at)].push_back(nodes[at]);
  std::erase_if(groups, [](const auto& group) { return group.empty(); });
  return groups;
}

std::vector<std::string> sourcesOf(const Graph& lowered, NodeId node) {
  const Origins& origins = lowered.node(node).origins;
  if (origins.empty()) return {displayName(lowered, node)};
  return origins;
}

}  // namespace ridge::analyze::lint
