// Layers that wait for memory although they are made of multiply-adds: depthwise and 1x1 convolutions,
// products of few columns, fully connected layers of few rows.
#include <fmt/format.h>

#include <algorithm>

#include "analyze/lint/support.h"
#include "analyze/product_extent.h"
#include "ops/cost_support.h"

namespace ridge::analyze::lint {
namespace {

constexpr int64_t kFewRows = 16;
// Nearer to the ridge point memory and arithmetic take about the same time.
constexpr double kFarBelow = 0.5;

struct Kind {
  std::string what, remedy;
  double below = kFarBelow;  ///< of the ridge point
  double intensity = 0;      ///< that no number of rows could raise; 0: not asked
};

Kind depthwise() {
  return {"a depthwise convolution",
          "compute it together with its 1x1 neighbours, lower the precision, or use a full convolution "
          "where there are few channels",
          1};  // its kernels have nothing to share: they reach no peak anyway
}

Kind fewRows(int64_t rows) {
  return {fmt::format("a fully connected layer of {}", counted(rows, "row")),
          "a larger batch reads the weights once for all of it; else lower the precision of the weights"};
}

// Wider products have weights enough to keep a machine busy, whatever their rows.
constexpr int64_t kFewColumns = 32;

/// Of many rows: two operations a multiply-add for each element read and written.
double widestIntensity(const Subject& subject, const ProductExtent& extent) {
  const double in = static_cast<double>(extent.in), out = static_cast<double>(extent.out);
  return 2 * in * out / ((in + out) * bytesOfElement(subject.roof().precision));
}

constexpr const char* kWiden =
    "give it more channels, a larger kernel in fewer layers, a larger batch, or lower the precision";

int64_t rowsOf(const Graph& graph, const Node& node, int64_t columns) {
  return elementsOf(graph, node.out[0]) / std::max<int64_t>(1, columns);
}

std::optional<Kind> kindOfConv(const Subject& subject, const Node& node, const ProductExtent& extent) {
  const Graph& graph = subject.graph();
  if (extent.group > 1 && extent.in == 1) return depthwise();
  if (extent.group > 1 && extent.out == 1 && node.op == &ops::convTranspose) return depthwise();
  const Dims weights = graph.value(node.in[1]).shape.staticDims();
  const bool single = std::all_of(weights.begin() + 2, weights.end(), [](int64_t taps) { return taps == 1; });
  if (!single) return std::nullopt;
  const int64_t to = extent.out * extent.group;
  const int64_t rows = rowsOf(graph, node, to);
  if (rows <= kFewRows) return fewRows(rows);
  return Kind{fmt::format("a 1x1 convolution of {} to {} channels", extent.in * extent.group, to), kWiden,
              kFarBelow, widestIntensity(subject, extent)};
}

std::optional<Kind> kindOf(const Subject& subject, const Node& node) {
  const Graph& graph = subject.graph();
  const auto extent = productExtentOf(graph, node);
  if (!extent) return std::nullopt;
  if (isConvolution(node.op)) return kindOfConv(subject, node, *extent);
  if (!subject.reach().isWeight(node.in[1])) return std::nullopt;
  const int64_t rows = rowsOf(graph, node, extent->out);
  if (rows <= kFewRows) return fewRows(rows);
  if (std::min(extent->in, extent->out) >= kFewColumns) return std::nullopt;
  return Kind{fmt::format("a product of {} to {} columns", extent->in, extent->out), kWiden, kFarBelow,
              widestIntensity(subject, *extent)};
}

void look(const Subject& subject, std::vector<Finding>& findings) {
  const Graph& graph = subject.graph();
  const double ridge = subject.roof().ridgePoint();
  for (const NodeId id : graph.order()) {
    const LayerCost& cost = subject.costOf(id);
    if (cost.macs == 0 || cost.intensity() >= ridge) continue;
    const auto kind = kindOf(subject, graph.node(id));
    if (!kind || std::max(cost.intensity(), kind->intensity) >= kind->below * ridge) continue;
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
