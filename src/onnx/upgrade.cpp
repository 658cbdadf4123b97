#include "onnx/upgrade.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "ops/infer.h"
#include "ops/list.h"

namespace ridge::onnx {

namespace {

constexpr std::array kUpgrades{
    Upgrade{"Add", 7, broadcastByAxis},
    Upgrade{"And", 7, broadcastByAxis},
    Upgrade{"BatchNormalization", 7, dropIsTest},
    Upgrade{"BatchNormalization", 9, dropSpatial},
    Upgrade{"BatchNormalization", 14, refuseTraining},
    Upgrade{"Cast", 6, typeNameToNumber},
    Upgrade{"Clip", 11, clipLimitsToInputs},
    Upgrade{"Concat", 4, secondAxisByDefault},
    Upgrade{"Div", 7, broadcastByAxis},
    Upgrade{"Dropout", 7, dropIsTest},
    Upgrade{"Dropout", 12, dropoutRatioToInput},
    Upgrade{"Equal", 7, broadcastByAxis},
    Upgrade{"GRU", 7, dropOutputSequence},
    Upgrade{"Gemm", 7, dropBroadcast},
    Upgrade{"GlobalLpPool", 2, powerToInteger},
    Upgrade{"Greater", 7, broadcastByAxis},
    Upgrade{"GridSample", 20, sampleModeNames},
    Upgrade{"GroupNormalization", 21, scalesOfGroups},
    Upgrade{"Hardmax", 13, flattenedSoftmax},
    Upgrade{"LSTM", 7, dropOutputSequence},
    Upgrade{"Less", 7, broadcastByAxis},
    Upgrade{"LogSoftmax", 13, flattenedSoftmax},
    Upgrade{"LpPool", 2, powerToInteger},
    Upgrade{"Mul", 7, broadcastByAxis},
    Upgrade{"Or", 7, broadcastByAxis},
    Upgrade{"PRelu", 7, slopesToChannels},
    Upgrade{"Pad", 2, paddingsToPads},
    Upgrade{"Pad", 11, padToInputs},
    Upgrade{"Pow", 7, broadcastByAxis},
    Upgrade{"RNN", 7, dropOutputSequence},
    Upgrade{"ReduceL1", 18, axesToInput},
    Upgrade{"ReduceL2", 18, axesToInput},
    Upgrade{"ReduceLogSum", 18, axesToInput},
    Upgrade{"ReduceLogSumExp", 18, axesToInput},
    Upgrade{"ReduceMax", 18, axesToInput},
    Upgrade{"ReduceMean", 18, axesToInput},
    Upgrade{"ReduceMin", 18, axesToInput},
    Upgrade{"ReduceProd", 18, axesToInput},
    Upgrade{"ReduceSum", 13, axesToInput},
    Upgrade{"ReduceSumSquare", 18, axesToInput},
    Upgrade{"Reshape", 5, shapeToInput},
    Upgrade{"Resize", 11, plainResize},
    Upgrade{"RoiAlign", 16, unshiftedRegions},
    Upgrade{"Scan", 9, refuseBatchedScan},
    Upgrade{"Selu", 6, shortSeluConstants},
    Upgrade{"Slice", 10, sliceToInputs},
    Upgrade{"Softmax", 13, flattenedSoftmax},
    Upgrade{"Split", 13, splitToInput},
    Upgrade{"Split", 18, splitCountToAttribute},
    Upgrade{"Squeeze", 13, axesToInput},
    Upgrade{"Sub", 7, broadcastByAxis},
    Upgrade{"Tile", 6, tilesToRepeats},
    Upgrade{"TopK", 10, topKToInput},
    Upgrade{"Unsqueeze", 13, requiredAxesToInput},
    Upgrade{"Upsample", 9, upsampleScalesToInput},
    Upgrade{"Upsample", 10, plainResize},
    Upgrade{"Xor", 7, broadcastByAxis},
};

const Op& listedOp(std::string_view opType) {
  const Op* op = findOp("", opType);
  if (!op) failInput(fmt::format("its older form needs the op {}, which is not supported yet", opType));
  return *op;
}

}  // namespace

std::string_view currentName(std::string_view opType) {
  if (opType == "Upsample") return "Resize";
  if (opType == "Scatter") return "ScatterElements";
  return opType;
}

std::span<const Upgrade> upgrades() {
  return kUpgrades;
}

void upgradeNode(UpgradeContext& context) {
  context.take<std::vector<int64_t>>(
      "consumed_inputs");  // a hint of the first opsets that means nothing any more
  for (const Upgrade& upgrade : kUpgrades)
    if (upgrade.op == context.draft().opType && context.opset() < upgrade.before) upgrade.run(context);
}

const Value& UpgradeContext::input(size_t index) const {
  if (!has(index)) failInput(fmt::format("input {} is left out, but the op needs it", index));
  return graph_.value(draft_.in[index]);
}

std::string UpgradeContext::hint(std::string_view suffix) const {
  for (ValueId out : draft_.out)
    if (out != kNoValue) return fmt::format("{}.{}", graph_.value(out).name, suffix);
  return std::string(suffix);
}

void UpgradeContext::setInput(size_t index, std::string_view nameHint, Tensor tensor) {
  if (has(index)) failInput(fmt::format("{} is given as an attribute and as an input", nameHint));
  if (draft_.in.size() <= index) draft_.in.resize(index + 1, kNoValue);
  draft_.in[index] = graph_.addConstant(hint(nameHint), std::move(tensor));
}

ValueId UpgradeContext::constant(std::string_view nameHint, const std::vector<int64_t>& values) {
  return graph_.addConstant(
      hint(nameHint), Tensor::of({static_cast<int64_t>(values.size())}, std::span<const int64_t>(values)));
}

ValueId UpgradeContext::before(std::string_view opType, AttributeMap attributes, std::vector<ValueId> in) {
  const ValueId out = graph_.addValue(hint(opType));
  const Op& op = listedOp(opType);
  inferNode(graph_, addNode(graph_, op,
                            {.opType = std::string(opType),
                             .name = {},
                             .attributes = std::move(attributes),
                             .in = std::move(in),
                             .out = {out},
                             .origins = draft_.origins,
                             .metadata = {}}));
  return out;
}

void UpgradeContext::after(std::string_view opType, std::vector<ValueId> extra) {
  listedOp(opType);
  const ValueId outer = draft_.out.front();
  const ValueId inner = graph_.addValue(hint("inner"));
  draft_.out.front() = inner;
  extra.insert(extra.begin(), inner);
  following_ = NodeDraft{.opType = std::string(opType),
                         .name = {},
                         .attributes = {},
                         .in = std::move(extra),
                         .out = {outer},
                         .origins = draft_.origins,
                         .metadata = {}};
}

}  // namespace ridge::onnx
