// Identity.
#include "ops/shape/views.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  inferSameAsInput(c);
  passContents(c, c.shape(0));
}

}  // namespace

constinit const Op identity{
    .name = "Identity",
    .since = 1,
    .sinceFor = sinceByType<SinceTable{.base = 1}>,
    .infer = infer,
    .reference = copyKernel,
    .traits = {.elementwise = true, .view = true, .commutesWithQdq = true},
};

}  // namespace ridge::ops
