// Functions that a model brings along: a node that calls one is replaced by the function's nodes before they
// become nodes of a graph.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "onnx/reader.h"
#include "onnx_wire.pb.h"

namespace ridge::onnx {

using Opsets = std::map<std::string, int64_t>;  ///< by domain

/// Versions by domain; Error{input} for contradictions and for opsets of the standard domain that are
/// unknown.
Opsets opsetsOf(const google::protobuf::RepeatedPtrField<wire::OperatorSetIdProto>& imports);

/// A node of a graph or of a function that the graph calls, and the opsets it was written for.
struct FlatNode {
  wire::NodeProto* message;
  const Opsets* opsets;
};

class Functions {
 public:
  /// Takes the functions out of the model.
  Functions(wire::ModelProto& model, const ReadOptions& options);

  /// The nodes of a graph in their order, calls replaced by what they stand for. Error{input} for functions
  /// that call themselves and when all graphs of the file together have too many nodes.
  std::vector<FlatNode> flatten(wire::GraphProto& graph, const Opsets& opsets);

  /// Opsets of domains that only functions import.
  void addOpsets(Opsets& opsets) const;

 private:
  struct Function {
    wire::FunctionProto message;
    Opsets opsets;
  };
  using Names = std::unordered_map<std::string, std::string>;
  using Attributes = std::unordered_map<std::string, const wire::AttributeProto*>;

  void flattenNode(wire::NodeProto& node, const Opsets& opsets, std::vector<FlatNode>& nodes);
  void inlineCall(const wire::NodeProto& call, const Function& function, std::vector<FlatNode>& nodes);
  Names namesOf(const wire::NodeProto& call, const wire::FunctionProto& function, const std::string& label,
                std::vector<std::pair<std::string, std::string>>& copies);
  void adapt(wire::NodeProto& node, const Names& names, const Attributes& attributes,
             const std::string& label);
  void adaptBody(wire::GraphProto& body, Names names, const Attributes& attributes, const std::string& label);
  std::string freshName(const std::string& label, const std::string& name);
  void collectNames(const wire::GraphProto& graph);
  const Function* find(const wire::NodeProto& node) const;

  const ReadOptions& options_;
  std::map<std::string, Function> functions_;
  std::vector<const Function*> calls_;  // that are being replaced, outermost first
  std::deque<wire::NodeProto> made_;
  std::unordered_set<std::string> taken_;
  int64_t nodes_ = 0;
};

}  // namespace ridge::onnx
