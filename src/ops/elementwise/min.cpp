// Min.
#include <functional>

#include "ops/elementwise/variadic.h"

namespace ridge::ops {

constinit const Op minOf{
    .name = "Min",
    .since = 8,
    .sinceFor = sinceByType<SinceTable{.base = 8, .ints = 12}>,
    .minInputs = 1,
    .maxInputs = -1,
    .infer = inferVariadic,
    .reference =
        [](KernelContext& k) {
          withArithmeticClass(k.input(0).type, [&]<class T>() {
            foldInputs<T>(
                k, [](T x, T y) { return extremeOf(x, y, std::less<T>()); }, [](T x) { return x; });
          });
        },
    .cost =
        [](const Node& node, const Graph& graph) {
          return elementwiseCost(node, graph, static_cast<int64_t>(node.in.size()) - 1);
        },
    .expr = [](const Node& node, ExprBuilder& b) { return chainExtreme(node, b, ExprOp::min); },
    .traits = kElementwise,
};

}  // namespace ridge::ops
