// What a pass returns: new nodes and which values they replace. The driver applies it.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "ir/graph.h"

namespace ridge {

struct Patch {
  std::vector<Value> values;  ///< new values; the k-th gets the id graph.valueCount() + k
  std::vector<Node> nodes;    ///< in topological order
  std::vector<std::pair<ValueId, ValueId>> replace;  ///< old value, new value (new or existing)
  std::string sentence;                              ///< what was done, for `explain`
};

struct NoMatch {};
struct Declined {
  std::string sentence;  ///< why the pass, whose pattern is there, leaves it alone
};
using Rewrite = std::variant<NoMatch, Declined, Patch>;

/// Collects a Patch. New nodes inherit the origins of `around` (the nodes that the patch stands for).
class GraphBuilder {
 public:
  GraphBuilder(const Graph& graph, const std::vector<NodeId>& around);

  const Graph& graph() const { return graph_; }
  ValueId constant(std::string_view nameHint, Tensor tensor);
  /// A node with one output; its type and shape are inferred when the patch is applied.
  ValueId node(const Op& op, AttributesPtr attrs, std::vector<ValueId> in, std::string_view nameHint);
  /// A node with `outputs` outputs.
  std::vector<ValueId> nodeWithOutputs(const Op& op, AttributesPtr attrs, std::vector<ValueId> in,
                                       int outputs, std::string_view nameHint);
  /// From now on `fresh` stands wherever `old` stood. The pass promises that they are equal.
  void replace(ValueId old, ValueId fresh);
  Patch finish(std::string sentence);

  /// The value, also if this builder has just made it.
  const Value& value(ValueId id) const;

 private:
  std::string uniqueName(std::string_view hint) const;

  const Graph& graph_;
  Origins origins_;
  Patch patch_;
};

}  // namespace ridge
