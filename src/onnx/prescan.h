// A look at a model's wire form before it is parsed: parsing turns a two-byte message into an object of
// hundreds of bytes, so a file's parts are counted first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace ridge::onnx {

struct PartCounts {
  int64_t nodes = 0;
  int64_t parts = 0;  ///< nodes, tensors, value descriptions, annotations and properties
};

/// Counts the sub-messages of the main graph; stops without complaint where the wire form breaks (the parser
/// says it better).
PartCounts countParts(std::span<const std::byte> model);

}  // namespace ridge::onnx
