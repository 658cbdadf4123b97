// Attributes that became inputs.
#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "onnx/upgrade.h"

namespace ridge::onnx {

namespace {

using Ints = std::vector<int64_t>;

Tensor vectorOf(const Ints& values) {
  return Tensor::of({static_cast<int64_t>(values.size())}, std::span<const int64_t>(values));
}

Ints required(UpgradeContext& context, const char* name) {
  auto values = context.take<Ints>(name);
  if (!values) failInput(fmt::format("attribute {} is missing", name));
  return *std::move(values);
}

// A number that must have the element type of input 0.
Tensor scalarLikeInput(const UpgradeContext& context, float value) {
  const DType type = context.input(0).type;
  if (!isFloat(type))
    failInput(fmt::format(
        "its limits or its padding are numbers of type {}, which this old form does not have", name(type)));
  const double wide = value;
  return fromDoubles(type, {}, std::span(&wide, 1));
}

}  // namespace

void axesToInput(UpgradeContext& context) {
  const auto axes = context.take<Ints>("axes");
  if (axes && !axes->empty()) context.setInput(1, "axes", vectorOf(*axes));
}

void requiredAxesToInput(UpgradeContext& context) {
  context.setInput(1, "axes", vectorOf(required(context, "axes")));
}

void clipLimitsToInputs(UpgradeContext& context) {
  const auto least = context.take<float>("min"), most = context.take<float>("max");
  if (least) context.setInput(1, "min", scalarLikeInput(context, *least));
  if (most) context.setInput(2, "max", scalarLikeInput(context, *most));
}

void paddingsToPads(UpgradeContext& context) {
  context.draft().attributes.set("pads", required(context, "paddings"));
}

void shapeToInput(UpgradeContext& context) {
  context.setInput(1, "shape", vectorOf(required(context, "shape")));
}

// Until opset 5 one axis was repeated; both numbers were inputs.
void tilesToRepeats(UpgradeContext& context) {
  const Value &tiles = context.input(1), &axis = context.input(2);
  if (!tiles.isConstant() || !axis.isConstant() || tiles.constant.count() != 1 || axis.constant.count() != 1)
    failInput("this old form repeats along an axis that is known only when the model runs", {},
              "export the model with opset 6 or newer");
  if (!context.input(0).shape.ranked()) failInput("the rank of its input is not known");
  const int64_t rank = context.input(0).shape.rank();
  Ints repeats(static_cast<size_t>(rank), 1);
  repeats[static_cast<size_t>(normalizeAxis(toInts(axis.constant).front(), rank))] =
      toInts(tiles.constant).front();
  context.draft().in = {context.draft().in[0], context.constant("repeats", repeats)};
}

void padToInputs(UpgradeContext& context) {
  context.setInput(1, "pads", vectorOf(required(context, "pads")));
  const auto value = context.take<float>("value");
  if (value && *value != 0) context.setInput(2, "value", scalarLikeInput(context, *value));
}

void sliceToInputs(UpgradeContext& context) {
  context.setInput(1, "starts", vectorOf(required(context, "starts")));
  context.setInput(2, "ends", vectorOf(required(context, "ends")));
  if (const auto axes = context.take<Ints>("axes")) context.setInput(3, "axes", vectorOf(*axes));
}

void splitToInput(UpgradeContext& context) {
  const auto split = context.take<Ints>("split");
  if (split && !split->empty()) context.setInput(1, "split", vectorOf(*split));
}

void splitCountToAttribute(UpgradeContext& context) {
  if (!context.has(1))
    context.draft().attributes.set("num_outputs", static_cast<int64_t>(context.draft().out.size()));
}

void topKToInput(UpgradeContext& context) {
  const auto k = context.take<int64_t>("k");
  if (!k) failInput("attribute k is missing");
  context.setInput(1, "k", vectorOf({*k}));
}

void dropoutRatioToInput(UpgradeContext& context) {
  const auto& out = context.draft().out;
  if (context.opset() < 10 && out.size() > 1 && out[1] != kNoValue)
    failInput("the mask of this old Dropout is a number, today's is a boolean", {},
              "export the model with opset 10 or newer");
  if (const auto ratio = context.take<float>("ratio")) context.setInput(1, "ratio", Tensor::scalar(*ratio));
}

}  // namespace ridge::onnx
