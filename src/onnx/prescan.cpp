#include "onnx/prescan.h"

#include <optional>

namespace ridge::onnx {

namespace {

constexpr uint64_t kGraphField = 7, kNodeField = 1;

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

}  // namespace

PartCounts countParts(std::span<const std::byte> model) {
  PartCounts counts;
  while (!model.empty()) {
    const auto field = takeField(model);
    if (!field) break;
    if (field->number != kGraphField || !field->delimited) continue;
    Bytes graph = field->payload;
    while (!graph.empty()) {
      const auto part = takeField(graph);
      if (!part) break;
      if (part->delimited) ++counts.parts;
      if (part->delimited && part->number == kNodeField) ++counts.nodes;
    }
  }
  return counts;
}

}  // namespace ridge::onnx
