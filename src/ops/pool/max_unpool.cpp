// MaxUnpool: puts every element at its index, which counts in the output; all else is 0.
#include <cstring>

#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/pool/pool.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

struct MaxUnpoolAttributes : AttributesOf<MaxUnpoolAttributes> {
  std::vector<int64_t> kernelShape = {}, pads = {}, strides = {};

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v.required("kernel_shape", self.kernelShape);
    v("pads", self.pads);
    v("strides", self.strides);
  }
};

// The size of an axis that pooling would have shrunk to `size`, the smallest where there are several.
Dim unpooled(const InferContext& c, const Dim& size, size_t at) {
  const auto& attrs = c.attrs<MaxUnpoolAttributes>();
  const size_t axes = attrs.kernelShape.size();
  if (!size.isInteger()) return Dim();
  const int64_t stride = attrs.strides.empty() ? 1 : attrs.strides[at];
  const int64_t pads = attrs.pads.empty() ? 0 : attrs.pads[at] + attrs.pads[at + axes];
  c.require(size.value() <= 1LL << 30, "the input is too large");
  return (size.value() - 1) * stride + attrs.kernelShape[at] - pads;
}

void requireExtents(const InferContext& c, const std::vector<int64_t>& values, size_t count, int64_t least) {
  c.require(values.empty() || values.size() == count, "kernel_shape, pads and strides do not fit the input");
  for (int64_t value : values)
    c.require(value >= least && value <= 1LL << 30, "kernel_shape, pads or strides are out of range");
}

void infer(InferContext& c) {
  const auto& attrs = c.attrs<MaxUnpoolAttributes>();
  const Shape& input = c.shape(0);
  c.require(c.type(1) == DType::undefined || c.type(1) == DType::i64, "the indices must be int64");
  requireRank(c, 0, 3);
  if (input.isStatic() && c.shape(1).isStatic())
    c.require(input == c.shape(1), "indices and data have different shapes");
  if (const auto stated = c.integers(2)) {
    c.require(!input.ranked() || static_cast<int64_t>(stated->size()) == input.rank(),
              "output_shape has another rank than the input");
    return c.output(0, c.type(0), Shape::of(*stated));
  }
  if (!input.ranked()) return c.output(0, c.type(0), {});
  if (c.has(2)) return c.output(0, c.type(0), unknownShape(input.rank()));
  const auto axes = static_cast<size_t>(input.rank() - 2);
  c.require(attrs.kernelShape.size() == axes, "kernel_shape does not fit the input");
  requireExtents(c, attrs.kernelShape, axes, 1);
  requireExtents(c, attrs.strides, axes, 1);
  requireExtents(c, attrs.pads, 2 * axes, 0);
  std::vector<Dim> dims = {input[0], input[1]};
  for (size_t at = 0; at < axes; ++at) dims.push_back(unpooled(c, input.dims()[at + 2], at));
  c.output(0, c.type(0), Shape(std::move(dims)));
}

// Serial: where two elements have one index, the last one stays.
void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &indices = k.input(1), &out = k.output(0);
  const ElementMover mover(k, in, out);
  const int64_t places = out.count();
  if (indices.count() != in.count()) k.fail("indices and data have different shapes");
  std::memset(out.data, 0, bytesOf(out.type, places));
  for (int64_t at = 0, count = in.count(); at < count; ++at) {
    const int64_t index = indices.as<int64_t>()[at];
    if (index < 0 || index >= places) k.fail("index " + std::to_string(index) + " lies outside the output");
    mover.move(at, index);
  }
}

}  // namespace

constinit const Op maxUnpool{.name = "MaxUnpool",
                             .since = 9,
                             .sinceFor = sinceByType<SinceTable{.base = 9, .bf16 = 22}>,
                             .minInputs = 2,
                             .maxInputs = 3,
                             .attributes = MaxUnpoolAttributes::read,
                             .infer = infer,
                             .reference = reference};

}  // namespace ridge::ops
