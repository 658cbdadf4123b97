#include "onnx/writer.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "base/atomic_file.h"
#include "base/text.h"
#include "ir/patch.h"
#include "onnx/export_opset.h"
#include "onnx/graph_writer.h"
#include "onnx/opaque.h"
#include "onnx/opset.h"
#include "onnx/wire_output.h"
#include "ops/infer.h"

namespace ridge::onnx {

namespace {

constexpr uint64_t kMostBytes = (uint64_t{1} << 31) - 1;  // of a message
constexpr size_t kAlignment = 4096;                       // of external data, so that it can be mapped
constexpr size_t kWorthExternal = 1024;

// Lowered ops that say which standard nodes they stand for are replaced by those, in bodies too.
Graph expanded(const Graph& graph) {
  Graph result = graph;
  for (NodeId id : graph.order()) {
    for (auto& body : result.node(id).bodies) body = std::make_shared<const Graph>(expanded(*body));
    if (result.node(id).op->domain != "ridge" || !result.node(id).op->expand) continue;
    GraphBuilder builder(result, {id});
    result.node(id).op->expand(result.node(id), builder);
    for (NodeId added : result.apply(builder.finish("expanded for export"))) inferNode(result, added);
  }
  return result;
}

class Exporter {
 public:
  Exporter(const Model& model, const Graph& graph) : model_(model), graph_(graph) {}

  WireModel run() {
    restoreCarried();
    writeVersions();
    writeHeader();
    GraphWriter writer(wire_, irVersion_);
    writer.writeMain(graph_);
    dropStaleAnnotations(writer.names());
    return std::move(wire_);
  }

 private:
  void restoreCarried();
  void writeVersions();
  void writeHeader();
  void dropStaleAnnotations(const TakenNames& names);

  const Model& model_;
  const Graph& graph_;
  WireModel wire_;
  int64_t irVersion_ = 0;
};

void Exporter::restoreCarried() {
  check(wire_.model.ParseFromString(model_.carried), "carried fields of a model are in wire form");
  wire_.graph = std::move(*wire_.model.mutable_graph());
  wire_.model.clear_graph();
}

// What the nodes of a graph and of its bodies ask of the file.
struct DomainUse {
  std::set<std::string> domains = {};
  bool carries = false;

  void collect(const Graph& graph) {
    for (NodeId id : graph.order()) {
      const Node& node = graph.node(id);
      carries = carries || isOpaque(node);
      domains.insert(isOpaque(node) ? node.as<OpaqueAttributes>().domain : std::string(node.op->domain));
      for (const auto& body : node.bodies) collect(*body);
    }
  }
};

void Exporter::writeVersions() {
  const auto imported = [&](const std::string& domain) {
    const auto found = model_.opsets.find(domain);
    return found == model_.opsets.end() ? 0 : found->second;
  };
  const int64_t opset = exportOpset(graph_, imported(""));
  DomainUse use;
  use.collect(graph_);
  const bool carries = !model_.carried.empty() || use.carries;
  // A graph may need Identity nodes for its outputs.
  use.domains.insert("");
  for (const std::string& domain : use.domains) {
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

// Annotations speak of values by name; those of values that are gone would be refused by other tools.
void Exporter::dropStaleAnnotations(const TakenNames& names) {
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
