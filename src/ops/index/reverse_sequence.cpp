// ReverseSequence: the first elements of the time axis, as many as each sequence has, in reverse order.
#include "ops/index/index_support.h"

namespace ridge::ops {
namespace {

struct ReverseSequenceAttributes : AttributesOf<ReverseSequenceAttributes> {
  int64_t batchAxis = 1;
  int64_t timeAxis = 0;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("batch_axis", self.batchAxis);
    v("time_axis", self.timeAxis);
  }
};

void infer(InferContext& c) {
  const auto& attrs = c.attrs<ReverseSequenceAttributes>();
  const auto isAxis = [](int64_t axis) { return axis == 0 || axis == 1; };
  c.require(isAxis(attrs.batchAxis) && isAxis(attrs.timeAxis) && attrs.batchAxis != attrs.timeAxis,
            "batch_axis and time_axis must be 0 and 1 or 1 and 0");
  requireRank(c, 0, 2);
  requireRank(c, 1, 1, 1);
  requireIntegers(c, 1);
  const Shape &in = c.shape(0), &lengths = c.shape(1);
  if (in.ranked() && lengths.ranked() && in[attrs.batchAxis].isInteger() && lengths[0].isInteger())
    c.require(in[attrs.batchAxis] == lengths[0], "there must be one length for every sequence");
  inferSameAsInput(c);
}

void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &lengths = k.input(1);
  const bool timeFirst = k.attrs<ReverseSequenceAttributes>().timeAxis == 0;
  const int64_t batches = in.dims[timeFirst ? 1 : 0], times = in.dims[timeFirst ? 0 : 1];
  const int64_t part = elementCount(in.dims.subspan(2));
  const int64_t batchStride = (timeFirst ? 1 : times) * part, timeStride = (timeFirst ? batches : 1) * part;
  const ElementMover mover(k, in, k.output(0));
  if (in.count() == 0) return;
  for (int64_t batch = 0; batch < batches; ++batch) {
    const auto length = loadNumber<int64_t>(lengths, batch);
    if (length < 0 || length > times) k.fail("a sequence is longer than the time axis, or negative");
    for (int64_t time = 0; time < times; ++time) {
      const int64_t source = time < length ? length - 1 - time : time;
      mover.moveRun(batch * batchStride + source * timeStride, batch * batchStride + time * timeStride, part);
    }
  }
}

}  // namespace

constinit const Op reverseSequence{
    .name = "ReverseSequence",
    .since = 10,
    .sinceFor = sinceByType<SinceTable{.base = 10, .bf16 = 28}>,
    .minInputs = 2,
    .maxInputs = 2,
    .attributes = ReverseSequenceAttributes::read,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},
};

}  // namespace ridge::ops
