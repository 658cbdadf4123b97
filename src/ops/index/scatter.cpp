#include "ops/index/scatter.h"

#include "ops/cost_support.h"

namespace ridge::ops {

Reduction reductionFrom(const std::string& name) {
  if (name == "none") return Reduction::none;
  if (name == "add") return Reduction::sum;
  if (name == "mul") return Reduction::product;
  if (name == "max") return Reduction::max;
  if (name == "min") return Reduction::min;
  failInput("there is no reduction of the name " + name);
}

size_t scatterScratch(Reduction reduction, const Node& node, const Graph& graph) {
  if (reduction == Reduction::none) return 0;
  return static_cast<size_t>(elementsOf(graph, node.in[0])) * sizeof(double);
}

int sinceOfScatter(Reduction reduction, DType type) {
  const bool arithmetic = reduction == Reduction::sum || reduction == Reduction::product;
  const int byForm = reduction == Reduction::none ? 11 : arithmetic ? 16 : 18;
  return std::max(byForm, sinceOfType({.base = 11}, type));
}

}  // namespace ridge::ops
