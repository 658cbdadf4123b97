// A Graph becomes a graph of the file; bodies are reopened: what they capture is read by its outer name.
#pragma once

#include <map>
#include <set>

#include "onnx/export_names.h"
#include "onnx/wire_output.h"

namespace ridge::onnx {

class GraphWriter {
 public:
  /// Fills wire.graph (what is there stays) and wire.initializers with the main graph.
  GraphWriter(WireModel& wire, int64_t irVersion) : wire_(wire), irVersion_(irVersion) {}

  void writeMain(const Graph& graph);

  /// Names of values that the file has now.
  const TakenNames& names() const { return taken_; }

 private:
  void writeNodes(wire::GraphProto& message, const Graph& graph, const ExportNames& names);
  void writeNode(wire::NodeProto& message, const Graph& graph, const Node& node, const ExportNames& names);
  void writeBodies(wire::NodeProto& message, const Node& node, const ExportNames& names);
  void writeBody(wire::GraphProto& message, const Graph& body, std::span<const std::string> captured);
  void writeBodyConstant(wire::GraphProto& message, const std::string& name, const Tensor& tensor);
  void writeTypes(wire::GraphProto& message, const Graph& graph, const ExportNames& names);
  void addInitializer(const std::string& name, const Tensor& tensor);
  std::string uniqueNodeName(const std::string& wanted);

  WireModel& wire_;
  const int64_t irVersion_;
  TakenNames taken_;
  std::set<std::string> nodeNames_;
  std::map<const std::byte*, size_t> largeConstants_;  // by their bytes: index in wire_.initializers
};

}  // namespace ridge::onnx
