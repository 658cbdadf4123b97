// What passes ask a graph: small questions, and patterns for whole subgraphs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace ridge {

/// The node that makes `value`, if it is one of `op`; else kNoNode.
NodeId producerOf(const Graph& graph, ValueId value, const Op& op);

/// Read by one node, once, and no output of the graph: a rewrite of its reader makes it superfluous.
bool usedOnce(const Graph& graph, ValueId value);
/// The only reader of such a value; else kNoNode.
NodeId soleUser(const Graph& graph, ValueId value);

/// Input `index`, kNoValue when it is left out.
ValueId inputOf(const Node& node, size_t index);

/// The number that every element of a numeric constant is.
std::optional<double> uniformConstant(const Graph& graph, ValueId value);
/// The same for a constant of one element.
std::optional<double> scalarConstant(const Graph& graph, ValueId value);
/// Elements of an integer constant, or of a value whose contents inference knows.
std::optional<std::vector<int64_t>> knownIntegers(const Graph& graph, ValueId value);

/// Equal for certain: the same rank, and in every dimension the same integer or symbol.
bool sameShape(const Shape& a, const Shape& b);

/// A node with two inputs, one of them constant.
struct ConstantOperand {
  ValueId variable = kNoValue;
  ValueId constant = kNoValue;
  bool constantFirst = false;
};
std::optional<ConstantOperand> constantOperand(const Graph& graph, const Node& node);

/// A tree of nodes to look for. Slots stand for values that the tree reads; a slot that occurs twice is one
/// value.
///     commutative(mul, slot(0), node(sigmoid, {slot(0)}))
class Pattern {
 public:
  static Pattern slot(int index);
  /// A constant all of whose elements are this number, to float precision.
  static Pattern number(double value);
  static Pattern node(const Op& op, std::vector<Pattern> in);
  /// Two inputs in either order.
  static Pattern commutative(const Op& op, Pattern a, Pattern b);
  /// The node must also satisfy `accepts` (its attributes).
  Pattern where(bool (*accepts)(const Node&)) &&;

 private:
  friend class PatternMatcher;
  enum class Kind { slot, number, node };
  Kind kind_ = Kind::slot;
  bool commutative_ = false;
  int slot_ = 0;
  double number_ = 0;
  const Op* op_ = nullptr;
  bool (*accepts_)(const Node&) = nullptr;
  std::vector<Pattern> in_;
};

struct Match {
  std::vector<ValueId> slots;
  std::vector<NodeId> nodes;  ///< the root first
};

/// The pattern with `root` as its last node. Values between the nodes must have no other reader.
std::optional<Match> match(const Graph& graph, NodeId root, const Pattern& pattern);

}  // namespace ridge
