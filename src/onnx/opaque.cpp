#include "onnx/opaque.h"

#include "base/text.h"
#include "ops/infer.h"

namespace ridge::onnx {

namespace {
// Whatever the file declared of the outputs is all that is known.
void inferNothing(InferContext&) {}

constexpr Op kOpaque{.name = "opaque",
                     .domain = "ridge",
                     .minInputs = 0,
                     .maxInputs = -1,
                     .minOutputs = 0,
                     .maxOutputs = -1,
                     .attributes = &OpaqueAttributes::read,
                     .infer = &inferNothing,
                     .traits = {.foldable = false, .deterministic = false, .opaque = true}};
}  // namespace

const Op& opaqueOp() {
  return kOpaque;
}

std::string opaqueName(const Node& node) {
  check(isOpaque(node), "only an opaque node has an opaque name");
  const auto& attrs = node.as<OpaqueAttributes>();
  return escaped(attrs.domain.empty() ? attrs.opType : attrs.domain + "." + attrs.opType);
}

std::string opName(const Node& node) {
  return isOpaque(node) ? opaqueName(node) : displayName(*node.op);
}

}  // namespace ridge::onnx
