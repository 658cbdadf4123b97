#include "passes/reshape_to.h"

#include <algorithm>

#include "ops/ops.h"
#include "ops/shape/reshape.h"

namespace ridge::passes {

bool isReshape(const Op& op) {
  return &op == &ops::reshape || &op == &ops::flatten || &op == &ops::squeeze || &op == &ops::unsqueeze;
}

std::optional<ReshapeTarget> reshapeTargetOf(const Shape& from, const Shape& to, bool hasRest) {
  if (!to.ranked()) return std::nullopt;
  const auto& dims = to.dims();
  const auto open = std::count_if(dims.begin(), dims.end(), [](const Dim& dim) { return !dim.isInteger(); });
  const bool empty = std::any_of(dims.begin(), dims.end(), [](const Dim& dim) { return dim == Dim(0); });
  if (open > 0 && empty) return std::nullopt;

  ReshapeTarget target{.dims = {}, .allowZero = empty};
  bool rest = false;
  for (int64_t axis = 0; axis < to.rank(); ++axis) {
    const Dim& dim = to[axis];
    const bool copied = open > 1 && from.ranked() && axis < from.rank() && dim.sameAs(from[axis]);
    if (dim.isInteger()) {
      target.dims.push_back(dim.value());
    } else if (copied) {
      target.dims.push_back(0);
    } else {
      if (rest) return std::nullopt;
      rest = true;
      target.dims.push_back(-1);
    }
  }
  const bool copies = !empty && std::count(target.dims.begin(), target.dims.end(), 0) > 0;
  if (rest && copies && !hasRest) return std::nullopt;
  return target;
}

bool hasRest(const Graph& graph, const Node& node) {
  if (node.op != &ops::reshape) return false;
  if (const auto known = knownIntegers(graph, node.in[1]))
    return std::count(known->begin(), known->end(), -1);
  const auto& contents = graph.value(node.in[1]).contents;
  return contents &&
         std::any_of(contents->begin(), contents->end(), [](const Dim& dim) { return dim == Dim(-1); });
}

ValueId reshapeTo(GraphBuilder& builder, ValueId x, const ReshapeTarget& target, std::string_view nameHint) {
  const Dims length{static_cast<int64_t>(target.dims.size())};
  const ValueId shape = builder.constant(std::string(nameHint) + ".shape",
                                         Tensor::of(length, std::span<const int64_t>(target.dims)));
  auto attrs = std::make_shared<ops::ReshapeAttributes>();
  attrs->allowZero = target.allowZero;
  return builder.node(ops::reshape, std::move(attrs), {x, shape}, nameHint);
}

}  // namespace ridge::passes
