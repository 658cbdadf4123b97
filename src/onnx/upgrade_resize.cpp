// Upsample and the first Resize, which are Resize today.
#include <fmt/format.h>

#include "base/error.h"
#include "onnx/upgrade.h"

namespace ridge::onnx {

namespace {

Tensor floats(const std::vector<float>& values) {
  return Tensor::of({static_cast<int64_t>(values.size())}, std::span<const float>(values));
}

float requiredScale(UpgradeContext& context, const char* name) {
  const auto scale = context.take<float>(name);
  if (!scale) failInput(fmt::format("attribute {} is missing", name));
  return *scale;
}

}  // namespace

// The scales become input 1, as in Upsample of opset 9.
void upsampleScalesToInput(UpgradeContext& context) {
  if (context.opset() < 7) {
    const float height = requiredScale(context, "height_scale"),
                width = requiredScale(context, "width_scale");
    context.setInput(1, "scales", floats({1, 1, height, width}));
    return;
  }
  const auto scales = context.take<std::vector<float>>("scales");
  if (!scales) failInput("attribute scales is missing");
  context.setInput(1, "scales", floats(*scales));
}

// Coordinates were not shifted by half a pixel, and the nearest one was the next lower.
void plainResize(UpgradeContext& context) {
  context.input(1);
  auto& draft = context.draft();
  if (draft.in.size() > 2) failInput("it has more than two inputs");
  draft.in.insert(draft.in.begin() + 1, kNoValue);  // the region of interest
  const std::string mode = context.take<std::string>("mode").value_or("nearest");
  draft.attributes.set("mode", mode == "bilinear" ? "linear" : mode);
  draft.attributes.set("coordinate_transformation_mode", std::string("asymmetric"));
  draft.attributes.set("nearest_mode", std::string("floor"));
}

}  // namespace ridge::onnx
