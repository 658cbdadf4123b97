// Equal. Booleans compare too.
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

constinit const Op equal{
    .name = "Equal",
    .since = 7,
    // Since 7 for booleans and two integer types, since 11 for the others, since 19 for strings.
    .sinceFor =
        [](const Node& node, const Graph& graph) {
          const DType type = inputType(node, graph, 0);
          if (type == DType::string) return 19;
          const bool early = type == DType::i32 || type == DType::i64 || type == DType::boolean;
          return early ? 7 : sinceOfType({.base = 11}, type);
        },
    .minInputs = 2,
    .maxInputs = 2,
    .infer =
        [](InferContext& c) {
          requireSameType(c);
          inferBroadcastAs(c, DType::boolean);
        },
    .reference =
        [](KernelContext& k) {
          withNumberClass(k.input(0).type,
                          [&]<class T>() { mapElements<bool, T, T>(k, [](T x, T y) { return x == y; }); });
        },
    .cost = costPerOutput<1>,
    .traits = kElementwise,
};

}  // namespace ridge::ops
