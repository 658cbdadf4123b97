// Small questions that several rules ask.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/lint/lint.h"
#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/ops.h"

namespace ridge::analyze::lint {

/// Convolutions and matrix products in floating point.
bool isConvolution(const Op* op);
bool isProduct(const Op* op);
/// Relu, Sigmoid, HardSwish, ...: one operand in, the same shape out.
bool isActivation(const Op* op);
/// Gives its operand's elements unchanged, under another name or shape.
bool isPassThrough(const Node& node);

/// A product lies behind (after) or before the node, whatever is in between.
bool feedsProduct(const Graph& graph, NodeId node);
bool comesFromProduct(const Graph& graph, ValueId value);

/// "31 %", "0.4 %"
std::string percent(double share);
/// "'a', 'b' and 3 more", escaped
std::string listed(const std::vector<std::string>& names, size_t most = 3);
/// "1 node", "3 nodes"
std::string counted(size_t count, std::string_view noun);

/// Nodes in groups that hang together: two belong together when one reads what the other makes. In order of
/// their first node in `nodes`.
std::vector<std::vector<NodeId>> connectedGroups(const Graph& graph, const std::vector<NodeId>& nodes);

/// Names of the source nodes of a node of the lowered graph, else its own.
std::vector<std::string> sourcesOf(const Graph& lowered, NodeId node);

}  // namespace ridge::analyze::lint
