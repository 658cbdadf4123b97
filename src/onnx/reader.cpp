#include "onnx/reader.h"

#include <fmt/format.h>

#include <limits>

#include "base/mapped_file.h"
#include "base/text.h"
#include "onnx/graph_reader.h"
#include "onnx/opset.h"
#include "onnx/prescan.h"

namespace ridge::onnx {

namespace {

constexpr const char* kNotOnnx = "give an ONNX model";

wire::ModelProto parse(std::span<const std::byte> bytes, const ReadOptions& options) {
  if (bytes.empty()) failInput("the file is empty", {}, kNotOnnx);
  if (bytes.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max()))
    failInput("the file is larger than 2 GiB, which the format does not allow", {},
              "store its weights as external data");
  const PartCounts counts = countParts(bytes);
  if (counts.nodes > options.maxNodes)
    failInput(fmt::format("the model has {} nodes, the limit is {}", counts.nodes, options.maxNodes), {},
              "raise the limit on nodes if the model is trusted");
  // Every node has a handful of values; many more parts than that are no network.
  if (counts.parts / 16 > options.maxNodes)
    failInput(fmt::format("the model has {} parts, the limit is {}", counts.parts, 16 * options.maxNodes), {},
              "raise the limit on nodes if the model is trusted");
  wire::ModelProto message;
  if (!message.ParseFromArray(bytes.data(), static_cast<int>(bytes.size())))
    failInput("the file is not an ONNX model, or it is damaged", {}, kNotOnnx);
  if (!message.has_graph()) failInput("the file is not an ONNX model: it holds no graph", {}, kNotOnnx);
  return message;
}

std::map<std::string, int64_t> opsetsOf(const wire::ModelProto& message) {
  std::map<std::string, int64_t> opsets;
  for (const auto& import : message.opset_import()) {
    const std::string domain(canonicalDomain(import.domain()));
    const auto [known, fresh] = opsets.emplace(domain, import.version());
    if (!fresh && known->second != import.version())
      failInput(fmt::format("the model imports opsets {} and {} of the domain {}", known->second,
                            import.version(), ridge::inQuotes(domain)));
  }
  const auto standard = opsets.find("");
  if (standard == opsets.end()) return opsets;
  if (standard->second < kOldestOpset)
    failInput(fmt::format("opset {} is older than {}, the oldest supported", standard->second, kOldestOpset),
              {}, "convert the model to a newer opset");
  if (standard->second > kNewestOpset)
    failInput(fmt::format("opset {} is newer than {}, the newest known", standard->second, kNewestOpset), {},
              "export the model with an older opset");
  return opsets;
}

void expectReadable(const wire::ModelProto& message) {
  if (message.ir_version() > kNewestIrVersion)
    failInput(fmt::format("IR version {} is newer than {}, the newest known", message.ir_version(),
                          kNewestIrVersion),
              {}, "export the model with an older version");
  if (message.opset_import_size() == 0)
    failInput("the model does not say which opset it uses", {}, "convert the model to a newer opset");
  if (message.functions_size() > 0)
    failInput(fmt::format("functions inside a model are not supported yet ({})",
                          ridge::inQuotes(message.functions(0).name())),
              {}, "export the model without local functions");
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
  model.opsets = opsetsOf(message);
  model.producerName = message.producer_name();
  model.producerVersion = message.producer_version();
  model.domain = message.domain();
  model.modelVersion = message.model_version();
  model.docString = message.doc_string();
  for (const auto& entry : message.metadata_props())
    model.graph.metadata.emplace_back(entry.key(), entry.value());
  ExternalData external(directory);
  readGraph(*message.mutable_graph(), {.external = &external, .maxElements = options.maxTensorElements},
            model);
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
