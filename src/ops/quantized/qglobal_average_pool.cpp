// ridge.qglobal_average_pool: the mean of a channel's pixels, rounded to bytes (rule 9).
#include "ir/patch.h"
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/quantized/quantized.h"
#include "ops/reference_support.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<QGlobalAveragePoolAttributes>();
  requireResult(c, attrs);
  requireZero(c, 0, attrs.xZero);
  requireRank(c, 0, 2);
  const auto type = static_cast<DType>(attrs.type);
  const Shape& input = c.shape(0);
  if (!input.ranked()) return c.output(0, type, {});
  std::vector<Dim> dims(input.dims().size(), Dim(1));
  dims[0] = input[0];
  dims[1] = input[1];
  c.output(0, type, Shape(std::move(dims)));
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<QGlobalAveragePoolAttributes>();
  const TensorView &in = k.input(0), &out = k.output(0);
  const int64_t planes = out.count(), pixels = planes == 0 ? 0 : in.count() / planes;
  parallelRanges(planes, 1, [&](int64_t begin, int64_t end) {
    for (int64_t plane = begin; plane < end; ++plane) {
      uint32_t sum = 0;
      for (int64_t at = 0; at < pixels; ++at)
        sum += static_cast<uint32_t>(loadNumber<int64_t>(in, plane * pixels + at) - attrs.xZero);
      const float mean = static_cast<float>(static_cast<int32_t>(sum)) * attrs.scale;
      storeNumber(out, plane, attrs.rounded(mean));
    }
  });
}

void expandPool(const Node& node, GraphBuilder& b) {
  const auto& attrs = node.as<QGlobalAveragePoolAttributes>();
  const ValueId x = dequantizedSteps(b, node.in[0], attrs.xZero, "x");
  const Shape& in = b.value(node.in[0]).shape;
  double pixels = 1;
  for (size_t axis = 2; axis < in.dims().size(); ++axis)
    pixels *= static_cast<double>(in.dims()[axis].value());
  const ValueId mean = b.node(globalAveragePool, nullptr, {x}, "mean");
  const auto scale = static_cast<float>(static_cast<double>(attrs.scale) * pixels);
  replaceBySteps(b, node, b.node(mul, nullptr, {mean, b.constant("scale", Tensor::scalar(scale))}, "scaled"),
                 attrs);
}

}  // namespace

constinit const Op qGlobalAveragePool{
    .name = "qglobal_average_pool",
    .domain = "ridge",
    .minInputs = 1,
    .maxInputs = 1,
    .attributes = QGlobalAveragePoolAttributes::read,
    .infer = infer,
    .reference = reference,
    .cost = costPerInput<1>,
    .expand = expandPool,
    .traits = {.integer = true},
};

}  // namespace ridge::ops
