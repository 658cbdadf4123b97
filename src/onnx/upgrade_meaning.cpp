// Forms whose meaning changed.
#include <fmt/format.h>

#include "base/error.h"
#include "onnx/upgrade.h"

namespace ridge::onnx {

namespace {

AttributeMap axisAttribute(int64_t axis) {
  AttributeMap map;
  map.set("axis", axis);
  return map;
}

// The one axis from `first` on that is not 1 in length; the last axis when all are. Nothing when several may
// not be.
std::optional<int64_t> onlyLongAxis(const Shape& shape, int64_t first) {
  int64_t found = shape.rank() - 1;
  int count = 0;
  for (int64_t axis = first; axis < shape.rank(); ++axis) {
    if (shape[axis] == Dim(1)) continue;
    found = axis;
    ++count;
  }
  if (count > 1) return std::nullopt;
  return found;
}

}  // namespace

void dropSpatial(UpgradeContext& context) {
  if (context.take<int64_t>("spatial").value_or(1) == 0)
    failInput("normalization with spatial=0 is not supported", {}, "export the model with opset 9 or newer");
}

void refuseTraining(UpgradeContext& context) {
  auto& out = context.draft().out;
  for (size_t at = 1; at < out.size(); ++at)
    if (out[at] != kNoValue)
      failInput("it is in training mode (it has outputs beyond the first)", {},
                "export the model for inference");
  out.resize(1, kNoValue);
}

// Until opset 12 these normalized over all axes from `axis` on, taken together.
void flattenedSoftmax(UpgradeContext& context) {
  const Shape& shape = context.input(0).shape;
  auto& attributes = context.draft().attributes;
  const int64_t declared = context.take<int64_t>("axis").value_or(1);
  if (!shape.ranked()) {
    if (declared != -1)
      failInput("the rank of its input is not known, and before opset 13 its meaning depends on it", {},
                "give the model's inputs shapes, or export it with opset 13 or newer");
    attributes.set("axis", int64_t{-1});
    return;
  }
  if (shape.rank() == 0) failInput("its input is a scalar");
  const int64_t first = normalizeAxis(declared, shape.rank());
  if (const auto axis = onlyLongAxis(shape, first)) {
    attributes.set("axis", *axis);
    return;
  }
  const ValueId input = context.draft().in.front();
  const ValueId dims = context.before("Shape", {}, {input});
  context.draft().in.front() = context.before("Flatten", axisAttribute(first), {input});
  attributes.set("axis", int64_t{-1});
  context.after("Reshape", {dims});
}

}  // namespace ridge::onnx
