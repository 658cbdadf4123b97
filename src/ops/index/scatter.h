// What the Scatter ops share: a copy of the data into which updates are written, added, multiplied, ...
#pragma once

#include <cmath>
#include <string>
#include <string_view>

#include "ops/index/index_support.h"

namespace ridge::ops {

enum class Reduction { none, sum, product, max, min };

/// "none", "add", "mul", "max", "min"; Error{input} for anything else.
Reduction reductionFrom(const std::string& name);

/// Op::scratch of a scatter: reductions run in the class of the elements and are rounded once.
size_t scatterScratch(Reduction reduction, const Node& node, const Graph& graph);

/// First opset of the reduction and the type of the data.
int sinceOfScatter(Reduction reduction, DType type);

/// Max and min keep NaN. Integers wrap around.
template <class T>
T reduced(Reduction reduction, T x, T y) {
  if constexpr (std::is_same_v<T, bool>) {
    const bool either = reduction == Reduction::sum || reduction == Reduction::max;
    return either ? x || y : x && y;
  } else {
    using Wide = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;
    if (reduction == Reduction::sum) return static_cast<T>(static_cast<Wide>(x) + static_cast<Wide>(y));
    if (reduction == Reduction::product) return static_cast<T>(static_cast<Wide>(x) * static_cast<Wide>(y));
    if (x != x) return x;
    if (y != y) return y;
    return (reduction == Reduction::max) == (x < y) ? y : x;
  }
}

/// output 0 = input 0 (data) with the elements of input `updates`: `visit(fn)` calls fn(place in the data,
/// place in the updates) for each, in order.
template <class Visit>
void scatter(const KernelContext& k, Reduction reduction, size_t updates, Visit visit) {
  const TensorView &data = k.input(0), &from = k.input(updates), &out = k.output(0);
  if (reduction == Reduction::none) {
    ElementMover(k, data, out).moveRun(0, 0, out.count());
    const ElementMover mover(k, from, out);
    return visit([&](int64_t to, int64_t update) { mover.move(update, to); });
  }
  withNumberClass(data.type, [&]<class T>() {
    auto* values = reinterpret_cast<T*>(k.scratch().data());
    loadNumbers(data, 0, 1, data.count(), values);
    visit([&](int64_t to, int64_t update) {
      values[to] = reduced<T>(reduction, values[to], loadNumber<T>(from, update));
    });
    storeNumbers(out, 0, out.count(), values);
  });
}

template <class Attributes>
Reduction reductionOf(const Node& node) {
  return reductionFrom(node.as<Attributes>().reduction);
}

/// An op with the inputs data, indices, updates.
template <class Attributes>
constexpr Op scatterOp(std::string_view name, void (*infer)(InferContext&),
                       void (*reference)(KernelContext&)) {
  return {
      .name = name,
      .since = 11,
      .sinceFor =
          [](const Node& node, const Graph& graph) {
            return sinceOfScatter(reductionOf<Attributes>(node), inputType(node, graph, 0));
          },
      .minInputs = 3,
      .maxInputs = 3,
      .attributes = Attributes::read,
      .infer = infer,
      .reference = reference,
      .scratch =
          [](const Node& node, const Graph& graph) {
            return scatterScratch(reductionOf<Attributes>(node), node, graph);
          },
  };
}

}  // namespace ridge::ops
