// ArgMax and ArgMin: where the extreme of an axis lies.
#include <cmath>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reduce/reduce_support.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<ArgAttributes>();
  const Shape& input = c.shape(0);
  requireRank(c, 0, 1);
  if (!input.ranked()) return c.output(0, DType::i64, {});
  const int64_t axis = axisOf(c, attrs.axis, input.rank());
  Shape output = reducedShape(input, std::span(&axis, 1), attrs.keepDims);
  const bool empty = input[axis].isInteger() && input[axis].value() == 0;
  c.require(!empty || output.count().value_or(0) == 0, "an empty axis has no extreme element");
  c.output(0, DType::i64, output);
}

template <class T, bool kMost>
struct Place {
  bool last = false;
  T best{};
  int64_t place = -1;
  void add(T x, int64_t at) {
    bool better = place < 0 || (kMost ? best < x : x < best) || (last && x == best);
    if constexpr (std::is_floating_point_v<T>)
      better = (better && !std::isnan(best)) || (std::isnan(x) && !std::isnan(best));
    if (!better) return;
    best = x;
    place = at;
  }
  int64_t result(int64_t) const { return place; }
};

template <bool kMost>
void reference(KernelContext& k) {
  const auto& attrs = k.attrs<ArgAttributes>();
  const int64_t axis = normalizeAxis(attrs.axis, static_cast<int64_t>(k.input(0).dims.size()));
  withArithmeticClass(k.input(0).type, [&]<class T>() {
    reduceAlong<T, Place<T, kMost>>(k, AxisBits{1} << axis, {.last = attrs.selectLastIndex});
  });
}

int since(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<ArgAttributes>();
  const int byForm = attrs.selectLastIndex ? 12 : attrs.axis < 0 ? 11 : 1;
  return std::max(byForm, ops::sinceOfType(ops::SinceTable{}, ops::inputType(node, graph, 0)));
}

constexpr Op finder(std::string_view name, void (*kernel)(KernelContext&)) {
  return {.name = name,
          .sinceFor = since,
          .attributes = ArgAttributes::read,
          .infer = infer,
          .reference = kernel,
          .cost = costPerInput<1>};
}

}  // namespace

constinit const Op ops::argMax = finder("ArgMax", reference<true>);
constinit const Op ops::argMin = finder("ArgMin", reference<false>);

}  // namespace ridge
