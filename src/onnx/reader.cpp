#include "onnx/reader.h"

#include <fmt/format.h>
#include <google/protobuf/io/coded_stream.h>

#include <limits>

#include "base/mapped_file.h"
#include "base/text.h"
#include "onnx/graph_reader.h"
#include "onnx/opset.h"
#include "onnx/prescan.h"

namespace ridge::onnx {

namespace {

constexpr const char* kNotOnnx = "give an ONNX model";
constexpr int kMessagesAround = 100, kMessagesPerBody = 3;  // graph, node, attribute
constexpr int64_t kMostDepth = 256;                         // of recursion that our stack holds

wire::ModelProto parse(std::span<const std::byte> bytes, const ReadOptions& options) {
  if (bytes.empty()) failInput("the file is empty", {}, kNotOnnx);
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    failInput("the file is larger than 2 GiB, which the format does not allow", {},
              "store its weights as external data");
  if (options.maxDepth < 0 || options.maxDepth > kMostDepth)
    failUsage(fmt::format("a depth of {} is not possible", options.maxDepth), {},
              fmt::format("use 0 to {}", kMostDepth));
  const PartCounts counts = countParts(bytes, options.maxDepth);
  if (counts.tooDeep)
    failInput(fmt::format("bodies are nested deeper than {} levels, the limit", options.maxDepth),
              "node " + ridge::inQuotes(*counts.tooDeep), "raise the limit on depth if the model is trusted");
  if (counts.nodes > options.maxNodes)
    failInput(fmt::format("the model has {} nodes, the limit is {}", counts.nodes, options.maxNodes), {},
              "raise the limit on nodes if the model is trusted");
  // Every node has a handful of values; many more parts than that are no network.
  if (counts.parts / 16 > options.maxNodes)
    failInput(fmt::format("the model has {} parts, the limit is {}", counts.parts, 16 * options.maxNodes), {},
              "raise the limit on nodes if the model is trusted");
  wire::ModelProto message;
  google::protobuf::io::CodedInputStream stream(reinterpret_cast<const uint8_t*>(bytes.data()),
                                                static_cast<int>(bytes.size()));
  stream.SetRecursionLimit(kMessagesAround + kMessagesPerBody * static_cast<int>(options.maxDepth));
  if (!message.ParseFromCodedStream(&stream) || !stream.ConsumedEntireMessage())
    failInput("the file is not an ONNX model, or it is damaged", {}, kNotOnnx);
  if (!message.has_graph()) failInput("the file is not an ONNX model: it holds no graph", {}, kNotOnnx);
  return message;
}

// Files older than IR version 3 do not say which opset they use: it is the first.
Opsets opsetsOfModel(const wire::ModelProto& message) {
  if (message.opset_import_size() == 0 && message.ir_version() < 3) return {{"", 1}};
  return opsetsOf(message.opset_import());
}

void expectReadable(const wire::ModelProto& message) {
  if (message.ir_version() > kNewestIrVersion)
    failInput(fmt::format("IR version {} is newer than {}, the newest known", message.ir_version(),
                          kNewestIrVersion),
              {}, "export the model with an older version");
  if (message.opset_import_size() == 0 && message.ir_version() >= 3)
    failInput("the model does not say which opset it uses", {}, "convert the model to a newer opset");
}

// What is left of the message once the model has taken its part.
std::string restOf(wire::ModelProto& message) {
  message.clear_ir_version();
  message.clear_opset_import();
  message.clear_producer_name();
  message.clear_producer_version();
  message.clear_domain();
  message.clear_model_version();
  message.clear_doc_string();
  message.clear_metadata_props();
  if (message.graph().ByteSizeLong() == 0) message.clear_graph();
  return message.SerializeAsString();
}

Model read(std::span<const std::byte> bytes, const std::optional<std::filesystem::path>& directory,
           const ReadOptions& options) {
  wire::ModelProto message = parse(bytes, options);
  expectReadable(message);
  Model model;
  model.irVersion = message.ir_version();
  model.opsets = opsetsOfModel(message);
  model.producerName = message.producer_name();
  model.producerVersion = message.producer_version();
  model.domain = message.domain();
  model.modelVersion = message.model_version();
  model.docString = message.doc_string();
  for (const auto& entry : message.metadata_props())
    model.graph.metadata.emplace_back(entry.key(), entry.value());
  ExternalData external(directory);
  int64_t standIns = 0;
  Import import{.model = model,
                .tensors = {.external = &external,
                            .maxElements = options.maxTensorElements,
                            .standIns = options.standIns ? &standIns : nullptr},
                .options = options,
                .functions = Functions(message, options)};
  import.functions.addOpsets(model.opsets);
  readGraph(*message.mutable_graph(), import);
  if (standIns > 0)
    model.notes.push_back(
        fmt::format("{} constants have no data in this file: others stand in for them", standIns));
  model.carried = restOf(message);
  return model;
}

}  // namespace

Model readModel(const std::filesystem::path& path, const ReadOptions& options) {
  const auto file = MappedFile::open(path.string());
  const std::filesystem::path directory = path.has_parent_path() ? path.parent_path() : ".";
  return readModel(file->bytes(), path.string(), directory, options);
}

Model readModel(std::span<const std::byte> bytes, const std::string& name,
                const std::optional<std::filesystem::path>& directory, const ReadOptions& options) {
  return withContext([&] { return "file " + escaped(name); },
                     [&] { return read(bytes, directory, options); });
}

}  // namespace ridge::onnx
