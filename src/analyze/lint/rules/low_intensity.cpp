// Layers that wait for memory although they are made of multiply-adds: depthwise and 1x1 convolutions, fully
// connected layers of few rows.
#include <fmt/format.h>

#include "analyze/lint/support.h"
#include "ops/conv/conv.h"

namespace ridge::analyze::lint {
namespace {

// Below half the ridge point; nearer to it memory and arithmetic take about the same time.
constexpr double kFarBelow = 0.5;
constexpr int64_t kFewRows = 16;

struct Kind {
  std::string what, remedy;
};

std::optional<Kind> kindOfConv(const Node& node, const Dims& weights) {
  const int64_t group = node.as<ConvAttributes>().group;
  if (group > 1 && weights[1] == 1)
    return Kind{"a depthwise convolution",
                "compute it together with its 1x1 neighbours, lower the precision, or use a full convolution "
                "where there are few channels"};
  const bool single =
      std::all_of(weights.begin() + 2, weights.end(), [](int64_t extent) { return extent == 1; });
  if (single)
    return Kind{
        fmt::format("a 1x1 convolution of {} to {} channels", weights[1] * group, weights[0]),
        "give it more channels, a larger kernel in fewer layers, a larger batch, or lower the precision"};
  return std::nullopt;
}

std::optional<Kind> kindOf(const Graph& graph, const Node& node) {
  const Shape& weights = graph.value(node.in[1]).shape;
  if (node.op == &ops::conv) return kindOfConv(node, weights.staticDims());
  if (node.op != &ops::gemm && node.op != &ops::matMul) return std::nullopt;
  const Dims out = graph.value(node.out[0]).shape.staticDims();
  const int64_t columns = out.empty() ? 1 : std::max<int64_t>(1, out.back());
  const int64_t rows = elementCount(out) / columns;
  if (rows > kFewRows || comesFromProduct(graph, node.in[1])) return std::nullopt;
  return Kind{fmt::format("a fully connected layer of {} {}", rows, rows == 1 ? "row" : "rows"),
              "a larger batch reads the weights once for all of it; else lower the precision of the weights"};
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const double ridge = subject.roof().ridgePoint();
  for (const NodeId id : graph.order()) {
    const LayerCost& cost = subject.costOf(id);
    if (cost.macs == 0 || cost.intensity() >= kFarBelow * ridge) continue;
    const auto kind = kindOf(graph, graph.node(id));
    if (!kind) continue;
    const double arithmetic = subject.secondsToCompute(static_cast<double>(cost.flops));
    findings.push_back({.layers = {displayName(graph, id)},
                        .figure = fmt::format("{:.1f} of {:.1f} operations a byte", cost.intensity(), ridge),
                        .sentence = fmt::format("{} moves its bytes {:.1f} times as long as it computes",
                                                kind->what, subject.floorOf(id) / arithmetic),
                        .remedy = kind->remedy,
                        .seconds = subject.floorOf(id) - arithmetic});
  }
}

}  // namespace

extern const Rule lowIntensity{"low-intensity",
                               "depthwise, 1x1 and fully connected layers that wait for memory", look};

}  // namespace ridge::analyze::lint
