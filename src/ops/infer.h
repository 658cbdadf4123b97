// Shape inference: what an op's `infer` sees, and the walk over a graph.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace ridge {

/// What is known of a value without its name.
struct ValueType {
  DType type = DType::undefined;
  Shape shape = {};
  Container container = Container::tensor;
  std::optional<std::vector<Dim>> contents = {};
};

/// One node's inference. A contradiction is an Error{input} with a sentence (`fail`); an unknown is not.
class InferContext {
 public:
  InferContext(Graph& graph, NodeId id);

  const Node& node() const { return node_; }
  template <class T>
  const T& attrs() const {
    return node_.as<T>();
  }

  size_t inputCount() const { return node_.in.size(); }
  size_t outputCount() const { return node_.out.size(); }
  bool has(size_t input) const;                ///< there and not left out
  DType type(size_t input) const;              ///< undefined when absent
  const Shape& shape(size_t input) const;      ///< unranked when absent
  const Tensor* constant(size_t input) const;  ///< null unless constant
  /// Elements of a constant or partly known int64 scalar or vector input.
  std::optional<std::vector<Dim>> contents(size_t input) const;
  /// The same, only when all are integers.
  std::optional<std::vector<int64_t>> integers(size_t input) const;

  /// What is known of an input that is there.
  ValueType valueType(size_t input) const;
  /// Inputs that the op itself reads: without those that only its bodies capture.
  size_t formalCount() const { return node_.in.size() - static_cast<size_t>(node_.captures); }
  /// In how many bodies inference is now: ops that infer a body several times must not do so at every depth.
  static int bodyDepth();
  /// Infers a body anew for these formal inputs (its captures are added) and keeps the result in the node.
  std::vector<ValueType> inferBody(size_t body, std::vector<ValueType> formal);

  /// Sets an output; merged with what is already known (declared shapes), a contradiction is an error.
  void output(size_t index, DType type, const Shape& shape);
  void output(size_t index, const ValueType& value);
  void outputContents(size_t index, std::vector<Dim> contents);

  [[noreturn]] void fail(std::string sentence) const;
  void require(bool holds, const char* sentence) const {
    if (!holds) fail(sentence);
  }

 private:
  Graph& graph_;
  const NodeId id_;
  const Node& node_;
};

/// "node Conv_3 (Conv)", for errors; a node without a name is named by its first output.
std::string placeOf(const Graph& graph, const Node& node);

/// Infers one node; errors carry the node's name and op.
void inferNode(Graph& graph, NodeId id);
/// Infers all nodes in topological order.
void inferShapes(Graph& graph);

/// A copy of `graph` whose inputs have these shapes (static), with everything inferred anew; declared shapes
/// of inner values are dropped first. Throws Error{input} when a shape contradicts the model.
struct BoundShape {
  std::string input;
  Dims dims;
  std::optional<Tensor> value = {};  ///< contents known in advance: the graph is specialized for them
};
Graph bindShapes(const Graph& graph, const std::vector<BoundShape>& shapes);

}  // namespace ridge
