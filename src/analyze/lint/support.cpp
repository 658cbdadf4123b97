#include "analyze/lint/support.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <unordered_map>

#include "base/text.h"

namespace ridge::analyze::lint {

namespace {

bool isOneOf(const Op* op, std::initializer_list<const Op*> ops) {
  return std::find(ops.begin(), ops.end(), op) != ops.end();
}

/// Depth first, forwards or backwards, until `next` finds nothing new or a product is met.
template <class Next>
bool meetsProduct(const Graph& graph, std::vector<NodeId> pending, const Next& next) {
  std::set<NodeId> seen(pending.begin(), pending.end());
  while (!pending.empty()) {
    const NodeId id = pending.back();
    pending.pop_back();
    if (isProduct(graph.node(id).op)) return true;
    next(graph.node(id), [&](NodeId other) {
      if (other != kNoNode && seen.insert(other).second) pending.push_back(other);
    });
  }
  return false;
}

}  // namespace

bool isConvolution(const Op* op) {
  return isOneOf(op, {&ops::conv, &ops::convTranspose});
}

bool isProduct(const Op* op) {
  return isConvolution(op) || isOneOf(op, {&ops::gemm, &ops::matMul});
}

bool isActivation(const Op* op) {
  return isOneOf(op, {&ops::relu, &ops::clip, &ops::leakyRelu, &ops::prelu, &ops::sigmoid, &ops::tanh,
                      &ops::hardSigmoid, &ops::hardSwish, &ops::elu, &ops::selu, &ops::celu, &ops::gelu,
                      &ops::mish, &ops::softplus, &ops::softsign, &ops::swish, &ops::silu});
}

bool isPassThrough(const Node& node) {
  return node.op->traits.view || isOneOf(node.op, {&ops::identity, &ops::dropout});
}

bool feedsProduct(const Graph& graph, NodeId node) {
  const auto readers = [&](const Node& from, const auto& visit) {
    for (const ValueId out : from.out)
      if (out != kNoValue)
        for (const NodeId user : graph.users(out)) visit(user);
  };
  std::vector<NodeId> first;
  readers(graph.node(node), [&](NodeId user) { first.push_back(user); });
  return meetsProduct(graph, std::move(first), readers);
}

bool comesFromProduct(const Graph& graph, ValueId value) {
  if (graph.producer(value) == kNoNode) return false;
  return meetsProduct(graph, {graph.producer(value)}, [&](const Node& node, const auto& visit) {
    for (const ValueId in : node.in)
      if (in != kNoValue) visit(graph.producer(in));
  });
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

std::string counted(size_t count, std::string_view noun) {
  return fmt::format("{} {}{}", count, noun, count == 1 ? "" : "s");
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
