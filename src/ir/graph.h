// A graph of values, nodes and constants: one class for the portable and the lowered state.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "ir/attributes.h"
#include "ir/datum.h"
#include "ir/op.h"
#include "ir/shape.h"
#include "ir/tensor.h"

namespace ridge {

using ValueId = int32_t;
using NodeId = int32_t;
inline constexpr ValueId kNoValue = -1;  ///< an optional input or output that is absent
inline constexpr NodeId kNoNode = -1;

/// Sorted names of the source nodes that something stems from.
using Origins = std::vector<std::string>;
Origins mergeOrigins(const Origins& a, const Origins& b);

struct Value {
  std::string name = {};          ///< unique in its graph
  DType type = DType::undefined;  ///< of its elements; of the tensors of a sequence
  Shape shape = {};               ///< the same
  Container container = Container::tensor;
  Tensor constant = {};                           ///< defined for constants
  std::optional<std::vector<Dim>> contents = {};  ///< partly known elements of an int64 scalar or vector
  std::string source = {};  ///< name of the imported value that this one equals; "" when it equals none

  bool isConstant() const { return constant.defined(); }
};

class Graph;

struct Node {
  const Op* op = nullptr;  ///< null once removed
  AttributesPtr attrs = {};
  std::vector<ValueId> in = {}, out = {};
  /// Graphs that the op runs (If, Loop, Scan), in the order of Op::bodies. They are closed: what they capture
  /// are their last inputs, and the last `captures` inputs of the node. Shared; replaced, never changed.
  std::vector<std::shared_ptr<const Graph>> bodies = {};
  int captures = 0;
  std::string name = {};  ///< may be empty; not necessarily unique
  Origins origins = {};
  std::vector<std::pair<std::string, std::string>> metadata = {};  ///< ONNX metadata_props, carried along

  template <class T>
  const T& as() const {
    return static_cast<const T&>(*attrs);
  }
};

struct Patch;

class Graph {
 public:
  struct Output {
    std::string name;  ///< the interface's name; the value's own name may differ
    ValueId value;
  };

  std::string name;
  std::vector<std::pair<std::string, std::string>> metadata;  ///< model metadata_props
  std::string docString;

  // --- building
  ValueId addValue(const std::string& name, DType type = DType::undefined,
                   Shape shape = {});  ///< name made unique
  ValueId addConstant(const std::string& name, Tensor tensor);
  ValueId addInput(const std::string& name, DType type, Shape shape);
  void addOutput(std::string name, ValueId value);
  NodeId addNode(Node node);
  std::string uniqueName(std::string_view wanted) const;
  void rename(ValueId id, std::string name);  ///< the new name must be free
  void removeInput(size_t index);             ///< the value stays; it becomes a constant or nothing reads it

  // --- looking
  const Value& value(ValueId id) const { return values_[static_cast<size_t>(id)]; }
  Value& value(ValueId id) { return values_[static_cast<size_t>(id)]; }
  const Node& node(NodeId id) const { return nodes_[static_cast<size_t>(id)]; }
  Node& node(NodeId id) {
    return nodes_[static_cast<size_t>(id)];
  }  ///< do not edit `in` or `out`: use patches
  int32_t valueCount() const { return static_cast<int32_t>(values_.size()); }
  int32_t nodeCount() const { return static_cast<int32_t>(nodes_.size()); }  ///< including removed ones
  bool alive(NodeId id) const { return node(id).op != nullptr; }
  std::span<const ValueId> inputs() const { return inputs_; }
  std::span<const Output> outputs() const { return outputs_; }
  bool isInput(ValueId id) const;
  bool isOutput(ValueId id) const;
  NodeId producer(ValueId id) const {
    return producers_[static_cast<size_t>(id)];
  }  ///< kNoNode: input or constant
  std::span<const NodeId> users(ValueId id) const {
    return users_[static_cast<size_t>(id)];
  }                                ///< once per use
  int useCount(ValueId id) const;  ///< uses by nodes and by graph outputs
  std::optional<ValueId> find(std::string_view name) const;
  const Tensor* constant(ValueId id) const;  ///< null for kNoValue and for values that are not constant

  /// Live nodes in topological order; among ready nodes the smallest id comes first.
  std::vector<NodeId> order() const;

  // --- changing
  /// Adds the patch's nodes, moves all uses of the replaced values, drops nodes that nobody needs any more.
  /// Returns the ids of the new nodes. Recorded equalities: a new value inherits the source of the one it
  /// replaces.
  std::vector<NodeId> apply(Patch patch);
  void removeDeadNodes();
  /// Renumbers nodes in topological order and forgets removed nodes and unused values. Invalidates ids.
  void compact();

 private:
  void unlink(NodeId id);
  void replaceUses(ValueId from, ValueId to);
  void removeIfDead(NodeId id);

  std::vector<Value> values_;
  std::vector<Node> nodes_;
  std::vector<ValueId> inputs_;
  std::vector<Output> outputs_;
  std::vector<NodeId> producers_;
  std::vector<std::vector<NodeId>> users_;
  std::unordered_map<std::string, ValueId> names_;
};

}  // namespace ridge
