#include "ops/loss/loss.h"

#include "ops/infer_support.h"

namespace ridge {

void inferLoss(InferContext& c) {
  const auto& attrs = c.attrs<LossAttributes>();
  const bool none = attrs.reduction == "none";
  c.require(none || attrs.reduction == "sum" || attrs.reduction == "mean",
            "reduction must be none, sum or mean");
  requireFloat(c, 0);
  c.require(c.type(1) == DType::i32 || c.type(1) == DType::i64 || c.type(1) == DType::undefined,
            "classes must be int32 or int64");
  c.require(c.type(2) == c.type(0) || c.type(2) == DType::undefined || c.type(0) == DType::undefined,
            "the weights must have the element type of input 0");
  requireRank(c, 0, 2);
  Shape samples = c.shape(1);
  if (c.shape(0).ranked()) {
    std::vector<Dim> dims = c.shape(0).dims();
    requireDims(c, 2, {dims[1]});
    dims.erase(dims.begin() + 1);
    requireDims(c, 1, dims);
    samples = merge(samples, Shape(std::move(dims)));
  }
  c.output(0, c.type(0), none ? std::move(samples) : Shape::scalar());
}

LossShape::LossShape(const KernelContext& k)
    : classes(k.input(0).dims[1]),
      pixels(elementCount(k.input(0).dims.subspan(2))),
      samples(k.input(1).count()) {
  for (size_t at = 0; at < k.inputCount(); ++at)
    if (k.has(at)) numberClassOf(k.input(at).type);
}

}  // namespace ridge
