// A look at a model's wire form before it is parsed: parsing turns a two-byte message into an object of
// hundreds of bytes, so a file's parts are counted first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

namespace ridge::onnx {

struct PartCounts {
  int64_t nodes = 0;
  int64_t parts = 0;  ///< nodes, tensors, value descriptions, annotations and properties
  std::optional<std::string> tooDeep = {};  ///< name of a node whose bodies are nested deeper than allowed
};

/// Counts the sub-messages of all graphs and functions; stops without complaint where the wire form breaks
/// (the parser says it better). `maxDepth` is that of bodies in bodies.
PartCounts countParts(std::span<const std::byte> model, int64_t maxDepth);

}  // namespace ridge::onnx
