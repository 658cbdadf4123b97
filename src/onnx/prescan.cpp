#include "onnx/prescan.h"

#include <vector>

namespace ridge::onnx {

namespace {

// Field numbers: of the model, of graphs and functions, of nodes, of attributes.
constexpr uint64_t kGraph = 7, kFunction = 25;
constexpr uint64_t kGraphNode = 1, kFunctionNode = 7;
constexpr uint64_t kNodeName = 3, kNodeAttribute = 5;
constexpr uint64_t kAttributeGraph = 6, kAttributeGraphs = 11;

using Bytes = std::span<const std::byte>;

std::optional<uint64_t> takeVarint(Bytes& bytes) {
  uint64_t value = 0;
  for (int shift = 0; shift < 64 && !bytes.empty(); shift += 7) {
    const auto byte = std::to_integer<uint64_t>(bytes.front());
    bytes = bytes.subspan(1);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  return std::nullopt;
}

struct Field {
  uint64_t number = 0;
  Bytes payload;  // of a length-delimited field, else empty
  bool delimited = false;
};

bool skip(Bytes& bytes, size_t count) {
  if (count > bytes.size()) return false;
  bytes = bytes.subspan(count);
  return true;
}

std::optional<Field> takeField(Bytes& bytes) {
  const auto tag = takeVarint(bytes);
  if (!tag) return std::nullopt;
  Field field{.number = *tag >> 3, .payload = {}};
  switch (*tag & 7) {
    case 0:
      if (!takeVarint(bytes)) return std::nullopt;
      return field;
    case 1:
      if (!skip(bytes, 8)) return std::nullopt;
      return field;
    case 2: {
      const auto length = takeVarint(bytes);
      if (!length || *length > bytes.size()) return std::nullopt;
      field.payload = bytes.first(*length);
      field.delimited = true;
      skip(bytes, *length);
      return field;
    }
    case 5:
      if (!skip(bytes, 4)) return std::nullopt;
      return field;
    default:
      return std::nullopt;
  }
}

template <class Visit>
void eachPart(Bytes message, Visit&& visit) {
  while (!message.empty()) {
    const auto field = takeField(message);
    if (!field) return;
    if (field->delimited) visit(*field);
  }
}

// Bodies wait in a list, so that a file cannot make this recursive.
struct Pending {
  Bytes graph;
  uint64_t nodeField;
  int64_t depth;
};

class Counter {
 public:
  Counter(Bytes model, int64_t maxDepth) : maxDepth_(maxDepth) {
    eachPart(model, [&](const Field& part) {
      if (part.number == kGraph) pending_.push_back({part.payload, kGraphNode, 0});
      if (part.number == kFunction) pending_.push_back({part.payload, kFunctionNode, 0});
    });
  }

  PartCounts run() {
    while (!pending_.empty() && !counts_.tooDeep) {
      const Pending next = pending_.back();
      pending_.pop_back();
      eachPart(next.graph, [&](const Field& part) {
        ++counts_.parts;
        if (part.number != next.nodeField) return;
        ++counts_.nodes;
        visitNode(part.payload, next.depth);
      });
    }
    return std::move(counts_);
  }

 private:
  void visitNode(Bytes node, int64_t depth) {
    std::string name;
    bool deeper = false;
    eachPart(node, [&](const Field& part) {
      if (part.number == kNodeName)
        name.assign(reinterpret_cast<const char*>(part.payload.data()), part.payload.size());
      if (part.number != kNodeAttribute) return;
      eachPart(part.payload, [&](const Field& inner) {
        if (inner.number != kAttributeGraph && inner.number != kAttributeGraphs) return;
        deeper = true;
        if (depth < maxDepth_) pending_.push_back({inner.payload, kGraphNode, depth + 1});
      });
    });
    if (deeper && depth >= maxDepth_) counts_.tooDeep = name;
  }

  const int64_t maxDepth_;
  std::vector<Pending> pending_;
  PartCounts counts_;
};

}  // namespace

PartCounts countParts(std::span<const std::byte> model, int64_t maxDepth) {
  return Counter(model, maxDepth).run();
}

}  // namespace ridge::onnx
