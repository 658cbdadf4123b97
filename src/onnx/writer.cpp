#include "onnx/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/atomic_file.h"
#include "base/text.h"
#include "ir/patch.h"
#include "onnx/attribute_io.h"
#include "onnx/export_names.h"
#include "onnx/export_opset.h"
#include "onnx/opaque.h"
#include "onnx/opset.h"
#include "onnx/type_io.h"
#include "onnx/wire_output.h"
#include "ops/infer.h"

namespace ridge::onnx {

namespace {

constexpr uint64_t kMostBytes = (uint64_t{1} << 31) - 1;  // of a message
constexpr size_t kAlignment = 4096;                       // of external data, so that it can be mapped
constexpr size_t kWorthExternal = 1024;
constexpr int64_t kNodeMetadataIr = 10;

// Lowered ops that say which standard nodes they stand for are replaced by those.
Graph expanded(const Graph& graph) {
  Graph result = graph;
  for (NodeId id : graph.order()) {
    if (!result.node(id).op->expand) continue;
    GraphBuilder builder(result, {id});
    result.node(id).op->expand(result.node(id), builder);
    for (NodeId added : result.apply(builder.finish("expanded for export"))) inferNode(result, added);
  }
  return result;
}

class Exporter {
 public:
  Exporter(const Model& model, const Graph& graph)
      : model_(model), graph_(graph), names_(exportNames(graph)) {}

  WireModel run() {
    restoreCarried();
    writeVersions();
    writeHeader();
    for (NodeId id : graph_.order()) writeNode(graph_.node(id));
    writeInterface();
    writeInnerTypes();
    writeConstants();
    dropStaleAnnotations();
    return std::move(wire_);
  }

 private:
  void restoreCarried();
  void writeVersions();
  void writeHeader();
  void writeNode(const Node& node);
  std::string uniqueNodeName(const std::string& wanted);
  void writeInterface();
  void writeInnerTypes();
  void writeConstants();
  void dropStaleAnnotations();
  void describe(wire::ValueInfoProto& info, const std::string& name, const Value& value);
  const std::string& nameOf(ValueId id) const { return names_.names[static_cast<size_t>(id)]; }

  const Model& model_;
  const Graph& graph_;
  ExportNames names_;
  WireModel wire_;
  int64_t irVersion_ = 0;
  std::set<std::string> nodeNames_;
};

void Exporter::restoreCarried() {
  check(wire_.model.ParseFromString(model_.carried), "carried fields of a model are in wire form");
  wire_.graph = std::move(*wire_.model.mutable_graph());
  wire_.model.clear_graph();
}

void Exporter::writeVersions() {
  const auto imported = [&](const std::string& domain) {
    const auto found = model_.opsets.find(domain);
    return found == model_.opsets.end() ? 0 : found->second;
  };
  const int64_t opset = exportOpset(graph_, imported(""));
  bool carries = !model_.carried.empty();
  std::set<std::string> domains;
  for (NodeId id : graph_.order()) {
    const Node& node = graph_.node(id);
    carries = carries || isOpaque(node);
    domains.insert(isOpaque(node) ? node.as<OpaqueAttributes>().domain : std::string(node.op->domain));
  }
  if (domains.empty() || !names_.copies.empty()) domains.insert("");
  for (const std::string& domain : domains) {
    auto& import = *wire_.model.add_opset_import();
    import.set_domain(domain);
    import.set_version(domain.empty() ? opset : std::max<int64_t>(imported(domain), 1));
  }
  // Parts that we do not look into may need the IR version that they came with.
  irVersion_ = std::max(irVersionFor(opset), carries ? model_.irVersion : 0);
  wire_.model.set_ir_version(irVersion_);
}

void Exporter::writeHeader() {
  wire::ModelProto& model = wire_.model;
  model.set_producer_name(model_.producerName.empty() ? "ridge" : model_.producerName);
  if (!model_.producerVersion.empty()) model.set_producer_version(model_.producerVersion);
  if (!model_.domain.empty()) model.set_domain(model_.domain);
  if (model_.modelVersion != 0) model.set_model_version(model_.modelVersion);
  if (!model_.docString.empty()) model.set_doc_string(model_.docString);
  for (const auto& [key, value] : graph_.metadata) {
    auto& entry = *model.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
  wire_.graph.set_name(graph_.name.empty() ? "graph" : graph_.name);
  if (!graph_.docString.empty()) wire_.graph.set_doc_string(graph_.docString);
}

/// Passes may make several nodes from one; other runtimes want names to differ.
std::string Exporter::uniqueNodeName(const std::string& wanted) {
  std::string name = wanted;
  for (int suffix = 1; !nodeNames_.insert(name).second; ++suffix) name = fmt::format("{}.{}", wanted, suffix);
  return name;
}

void Exporter::writeNode(const Node& node) {
  wire::NodeProto& message = *wire_.graph.add_node();
  if (isOpaque(node)) {
    check(message.ParseFromString(node.as<OpaqueAttributes>().bytes), "a carried node is in wire form");
  } else {
    message.set_op_type(std::string(node.op->name));
    if (!node.op->domain.empty()) message.set_domain(std::string(node.op->domain));
    if (node.attrs) addAttributes(message, node.attrs->toMap());
  }
  if (!node.name.empty()) message.set_name(uniqueNodeName(node.name));
  for (ValueId id : node.in) message.add_input(id == kNoValue ? "" : nameOf(id));
  for (ValueId id : node.out) message.add_output(id == kNoValue ? "" : nameOf(id));
  if (irVersion_ < kNodeMetadataIr) return;
  for (const auto& [key, value] : node.metadata) {
    auto& entry = *message.add_metadata_props();
    entry.set_key(key);
    entry.set_value(value);
  }
}

void Exporter::describe(wire::ValueInfoProto& info, const std::string& name, const Value& value) {
  info.set_name(name);
  if (value.type != DType::undefined) setTensorType(*info.mutable_type(), value.type, value.shape);
}

void Exporter::writeInterface() {
  for (ValueId id : graph_.inputs()) describe(*wire_.graph.add_input(), nameOf(id), graph_.value(id));
  for (const Graph::Output& output : graph_.outputs())
    describe(*wire_.graph.add_output(), output.name, graph_.value(output.value));
  for (const Graph::Output& copy : names_.copies) {
    wire::NodeProto& identity = *wire_.graph.add_node();
    identity.set_op_type("Identity");
    identity.add_input(nameOf(copy.value));
    identity.add_output(copy.name);
  }
}

void Exporter::writeInnerTypes() {
  for (ValueId id = 0; id < graph_.valueCount(); ++id) {
    const Value& value = graph_.value(id);
    const bool inner = graph_.producer(id) != kNoNode && !graph_.isOutput(id);
    if (inner && value.type != DType::undefined) describe(*wire_.graph.add_value_info(), nameOf(id), value);
  }
}

void Exporter::writeConstants() {
  for (ValueId id = 0; id < graph_.valueCount(); ++id) {
    const Value& value = graph_.value(id);
    if (!value.isConstant() || nameOf(id).empty()) continue;
    Initializer& initializer = wire_.initializers.emplace_back();
    initializer.tensor = value.constant;
    describeTensor(initializer.head, nameOf(id), value.constant);
  }
}

// Annotations speak of values by name; those of values that are gone would be refused by other tools.
void Exporter::dropStaleAnnotations() {
  const std::set<std::string_view> names(names_.names.begin(), names_.names.end());
  auto& annotations = *wire_.graph.mutable_quantization_annotation();
  const auto stale = [&](const wire::TensorAnnotation& annotation) {
    const auto& parameters = annotation.quant_parameter_tensor_names();
    return !names.contains(annotation.tensor_name()) ||
           std::any_of(parameters.begin(), parameters.end(),
                       [&](const auto& parameter) { return !names.contains(parameter.value()); });
  };
  annotations.erase(std::remove_if(annotations.begin(), annotations.end(), stale), annotations.end());
}

void addExternalEntry(wire::TensorProto& head, const char* key, const std::string& value) {
  auto& entry = *head.add_external_data();
  entry.set_key(key);
  entry.set_value(value);
}

// Moves the larger constants to `path`, where they lie one after the other, each aligned.
void writeExternalData(WireModel& wire, const std::filesystem::path& path) {
  AtomicFile file(path.string());
  for (Initializer& initializer : wire.initializers) {
    if (initializer.tensor.byteSize() < kWorthExternal || initializer.tensor.type() == DType::string)
      continue;
    file.align(kAlignment);
    initializer.head.set_data_location(1);
    addExternalEntry(initializer.head, "location", path.filename().string());
    addExternalEntry(initializer.head, "offset", fmt::format("{}", file.written()));
    addExternalEntry(initializer.head, "length", fmt::format("{}", initializer.tensor.byteSize()));
    file.write(initializer.tensor.bytes());
  }
  file.commit();
}

void expectSerializable(const WireModel& wire) {
  if (byteSize(wire) > kMostBytes)
    failInput(
        fmt::format("the model needs {} bytes, more than the 2 GiB that the format allows", byteSize(wire)),
        {}, "write it to a regular file, which keeps the weights apart");
}

bool isSpecialFile(const std::filesystem::path& path) {
  std::error_code ignored;
  const auto status = std::filesystem::status(path, ignored);
  return std::filesystem::exists(status) && !std::filesystem::is_regular_file(status);
}

}  // namespace

std::string serializeModel(const Model& model) {
  const Graph graph = expanded(model.graph);
  const WireModel wire = Exporter(model, graph).run();
  expectSerializable(wire);
  std::string bytes;
  bytes.reserve(byteSize(wire));
  emit(wire, [&](std::span<const std::byte> part) {
    bytes.append(reinterpret_cast<const char*>(part.data()), part.size());
  });
  return bytes;
}

void writeModel(const Model& model, const std::filesystem::path& path, const WriteOptions& options) {
  const Graph graph = expanded(model.graph);
  WireModel wire = Exporter(model, graph).run();
  if (byteSize(wire) > options.externalAbove && !isSpecialFile(path))
    writeExternalData(wire, path.string() + ".data");
  expectSerializable(wire);
  AtomicFile file(path.string());
  emit(wire, [&](std::span<const std::byte> part) { file.write(part); });
  file.commit();
}

}  // namespace ridge::onnx
