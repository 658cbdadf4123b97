// Size: the number of elements.
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  c.output(0, DType::i64, Shape::scalar());
  if (c.shape(0).ranked()) c.outputContents(0, {productOf(c.shape(0).dims())});
}

}  // namespace

constinit const Op sizeOf{
    .name = "Size",
    .since = 1,
    .sinceFor = sinceByType<SinceTable{.base = 1}>,
    .infer = infer,
    .reference = [](KernelContext& k) { storeNumber(k.output(0), 0, k.input(0).count()); },
};

}  // namespace ridge::ops
