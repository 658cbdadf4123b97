// A Pad before a Conv or a pool becomes the window's own padding, where both put the same numbers there.
#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <optional>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/movement/pad.h"
#include "passes/pass.h"
#include "passes/window.h"

namespace ridge::passes {
namespace {

struct Padding {
  ValueId x = kNoValue;
  std::vector<int64_t> pads;  ///< spatial axes: begins, then ends
  double value = 0;
};

using PaddingOrReason = std::variant<Declined, Padding>;

PaddingOrReason paddingOf(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  if (node.as<ops::PadAttributes>().mode != "constant")
    return Declined{"the Pad repeats or mirrors its input"};
  const Shape& shape = graph.value(node.in[0]).shape;
  if (!shape.ranked() || shape.rank() < 3) return Declined{"the Pad's input has no spatial axes"};
  const auto amounts = ops::constantPadAmounts(node, graph);
  if (!amounts) return Declined{"the Pad's amounts are not constant"};

  Padding padding{.x = node.in[0], .pads = {}, .value = 0};
  for (const auto& side : {amounts->before, amounts->after}) {
    for (size_t axis = 0; axis < side.size(); ++axis) {
      if (side[axis] < 0) return Declined{"the Pad also crops"};
      if (axis < 2 && side[axis] != 0) return Declined{"the Pad adds samples or channels"};
      if (axis >= 2) padding.pads.push_back(side[axis]);
    }
  }
  if (const ValueId fill = inputOf(node, 2); fill != kNoValue) {
    const auto number = scalarConstant(graph, fill);
    if (!number) return Declined{"the Pad's number is not constant"};
    padding.value = *number;
  }
  return padding;
}

bool isNotNegative(const Graph& graph, ValueId value) {
  const NodeId producer = graph.producer(value);
  if (producer == kNoNode) return false;
  const Node& node = graph.node(producer);
  if (node.op == &ops::relu || node.op == &ops::sigmoid) return true;
  return node.op == &ops::clip && scalarConstant(graph, inputOf(node, 1)).value_or(-1) >= 0;
}

// Both pads; none when the sum is absurd.
std::optional<std::vector<int64_t>> sumOfPads(const WindowAttributes& attrs, const Padding& padding) {
  std::vector<int64_t> sum = padding.pads;
  if (attrs.autoPad == "NOTSET" && !attrs.pads.empty()) {
    if (attrs.pads.size() != sum.size()) return std::nullopt;
    for (size_t at = 0; at < sum.size(); ++at) sum[at] += attrs.pads[at];
  }
  constexpr int64_t kLimit = int64_t{1} << 30;
  if (std::any_of(sum.begin(), sum.end(), [](int64_t pad) { return pad < 0 || pad > kLimit; }))
    return std::nullopt;
  return sum;
}

// Pools take no padding as large as their window: such a window would hold no element. Neither might one
// whose dilated taps lie on both sides of a short input, or all windows over an empty one.
bool mayMissInput(const Shape& input, const WindowAttributes& attrs, const std::vector<int64_t>& pads) {
  const std::vector<int64_t>& kernel = attrs.kernelShape;
  const size_t axes = pads.size() / 2;
  for (size_t axis = 0; axis < std::min(axes, kernel.size()); ++axis) {
    const Dim& extent = input[static_cast<int64_t>(axis) + 2];
    const bool hasElements = extent.isInteger() && extent.value() > 0;
    if (!hasElements && pads[axis] + pads[axes + axis] >= kernel[axis]) return true;
  }
  for (size_t at = 0; at < pads.size(); ++at) {
    if (kernel.empty() || pads[at] >= kernel[at % kernel.size()]) return true;
    const int64_t dilation = attrs.dilations.empty() ? 1 : attrs.dilations[at % attrs.dilations.size()];
    if (pads[at] > 0 && dilation > 1) return true;
  }
  return false;
}

// A sentence when padding by the window itself would not do the same.
std::string objectionOfConv(const Padding& padding) {
  return padding.value == 0 ? "" : "the Pad's number is not zero";
}

std::string objectionOfAverage(const Graph& graph, const Node& node, const Padding& padding,
                               const std::vector<int64_t>& pads) {
  const auto& attrs = node.as<AveragePoolAttributes>();
  if (attrs.ceilMode) return "the pool's windows may reach beyond the padding (ceil_mode)";
  if (mayMissInput(graph.value(padding.x).shape, attrs, pads))
    return "a window of the pool could lie in the padding only";
  if (padding.value != 0) return "the Pad's number is not zero";
  if (!padsNothing(attrs) && !attrs.countIncludePad) return "the pool does not count its own padding";
  return {};
}

std::string objectionOfMax(const Graph& graph, const Node& node, const Padding& padding,
                           const std::vector<int64_t>& pads) {
  const auto& attrs = node.as<MaxPoolAttributes>();
  if (node.out.size() > 1 && node.out[1] != kNoValue) return "the pool's indices count the padding";
  if (attrs.ceilMode) return "the pool's windows may reach beyond the padding (ceil_mode)";
  if (mayMissInput(graph.value(padding.x).shape, attrs, pads))
    return "a window of the pool could lie in the padding only";
  const bool neverLargest = padding.value == -std::numeric_limits<double>::infinity();
  const bool belowAll = padding.value == 0 && isNotNegative(graph, padding.x);
  return neverLargest || belowAll ? "" : "the Pad's number could be the largest of a window";
}

std::string objection(const Graph& graph, const Node& node, const Padding& padding,
                      const std::vector<int64_t>& pads) {
  if (node.op == &ops::conv) return objectionOfConv(padding);
  if (node.op == &ops::averagePool) return objectionOfAverage(graph, node, padding, pads);
  return objectionOfMax(graph, node, padding, pads);
}

AttributesPtr paddedAttributes(const Node& node, std::vector<int64_t> pads) {
  const auto withPads = [&](auto attrs) {
    attrs->autoPad = "NOTSET";
    attrs->pads = std::move(pads);
    return attrs;
  };
  if (node.op == &ops::conv) return withPads(std::make_shared<ConvAttributes>(node.as<ConvAttributes>()));
  if (node.op == &ops::maxPool)
    return withPads(std::make_shared<MaxPoolAttributes>(node.as<MaxPoolAttributes>()));
  auto attrs = withPads(std::make_shared<AveragePoolAttributes>(node.as<AveragePoolAttributes>()));
  attrs->countIncludePad = true;
  return attrs;
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  const WindowAttributes* window = windowOf(node);
  const NodeId pad = window ? producerOf(graph, node.in[0], ops::pad) : kNoNode;
  if (pad == kNoNode) return NoMatch{};
  if (window->autoPad != "NOTSET" && window->autoPad != "VALID")
    return Declined{"auto_pad depends on the padded size"};
  auto result = paddingOf(graph, pad);
  if (auto* reason = std::get_if<Declined>(&result)) return std::move(*reason);
  const auto& padding = std::get<Padding>(result);
  auto pads = sumOfPads(*window, padding);
  if (!pads) return Declined{"the paddings cannot be added"};
  if (std::string reason = objection(graph, node, padding, *pads); !reason.empty())
    return Declined{std::move(reason)};

  GraphBuilder builder(graph, {pad, id});
  std::vector<ValueId> in = node.in;
  in[0] = padding.x;
  builder.replace(node.out[0], builder.node(*node.op, paddedAttributes(node, std::move(*pads)), std::move(in),
                                            displayName(graph, id)));
  return builder.finish(fmt::format("{} became padding of the window", displayName(graph, pad)));
}

}  // namespace

extern const Pass padIntoWindow{
    .name = "pad_into_window", .summary = "makes a Pad the padding of the Conv or pool after it", .run = run};

}  // namespace ridge::passes
