#include "onnx/draft.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace ridge::onnx {

namespace {

AttributesPtr parse(const Op& op, const AttributeMap& map) {
  AttributeReader reader(map);
  AttributesPtr attrs = op.attributes ? op.attributes(reader) : nullptr;
  reader.expectAllRead();
  return attrs;
}

}  // namespace

NodeId addNode(Graph& graph, const Op& op, NodeDraft draft) {
  Node node{.op = &op,
            .attrs = parse(op, draft.attributes),
            .in = std::move(draft.in),
            .out = std::move(draft.out),
            .bodies = std::move(draft.bodies),
            .captures = draft.captures,
            .name = std::move(draft.name),
            .origins = std::move(draft.origins),
            .metadata = std::move(draft.metadata)};
  return graph.addNode(std::move(node));
}

std::string nodeLabel(size_t index, std::string_view name, std::string_view domain, std::string_view opType) {
  const std::string type =
      escaped(domain.empty() ? std::string(opType) : fmt::format("{}.{}", domain, opType));
  return name.empty() ? fmt::format("node #{} ({})", index, type)
                      : fmt::format("node {} ({})", ridge::inQuotes(name), type);
}

}  // namespace ridge::onnx
