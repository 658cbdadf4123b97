// Small questions that several rules ask.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/lint/lint.h"
#include "analyze/product_reach.h"
#include "base/text.h"
#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/ops.h"

namespace ridge::analyze::lint {

/// Relu, Sigmoid, HardSwish, ...: one operand in, the same shape out.
bool isActivation(const Op* op);
/// Gives its operand's elements unchanged, under another name or shape.
bool isPassThrough(const Node& node);

/// The file has the node; others are made when it is read, to bring old operator sets up to date.
bool standsInFile(const Graph& graph, NodeId node);

/// Shapes, axes, indices: arithmetic that runtime-constants speaks of.
bool isShapeArithmetic(const Graph& graph, const Node& node);

/// What an element of a type takes more in floating point than quantized to 8 bits. Half floats are the least
/// that a stretch in floating point computes with, also at precisions of a byte and less.
double bytesBeyondInt8(const Subject& subject, DType type);

/// "31 %", "0.4 %"
std::string percent(double share);
/// "'a', 'b' and 3 more", escaped
std::string listed(const std::vector<std::string>& names, size_t most = 3);

/// Nodes in groups that hang together: two belong together when one reads what the other makes. In order of
/// their first node in `nodes`.
std::vector<std::vector<NodeId>> connectedGroups(const Graph& graph, const std::vector<NodeId>& nodes);

/// Names of the source nodes of a node of the lowered graph, else its own.
std::vector<std::string> sourcesOf(const Graph& lowered, NodeId node);

}  // namespace ridge::analyze::lint
