// ScatterElements: every update goes to its own place, but for the axis, where the index says.
#include "ops/index/scatter.h"

namespace ridge::ops {
namespace {

struct ScatterElementsAttributes : AttributesOf<ScatterElementsAttributes> {
  int64_t axis = 0;
  std::string reduction = "none";

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
    v("reduction", self.reduction);
  }
};

void infer(InferContext& c) {
  reductionOf<ScatterElementsAttributes>(c.node());
  const Shape &data = c.shape(0), &indices = c.shape(1);
  requireIntegers(c, 1);
  c.require(c.type(0) == c.type(2) || c.type(0) == DType::undefined || c.type(2) == DType::undefined,
            "data and updates have different element types");
  c.output(0, c.type(0), data);
  if (indices.isStatic() && c.shape(2).isStatic())
    c.require(indices == c.shape(2), "indices and updates have different shapes");
  if (!data.ranked()) return;
  requireRank(c, 0, 1);
  const int64_t axis = axisOf(c, c.attrs<ScatterElementsAttributes>().axis, data.rank());
  if (!indices.ranked()) return;
  c.require(indices.rank() == data.rank(), "data and indices have different numbers of dimensions");
  for (int64_t other = 0; other < data.rank(); ++other)
    c.require(other == axis || !data[other].isInteger() || !indices[other].isInteger() ||
                  indices[other].value() <= data[other].value(),
              "the indices reach beyond the data");
}

void reference(KernelContext& k) {
  const TensorView &data = k.input(0), &indices = k.input(1);
  const size_t rank = data.dims.size();
  const auto axis = static_cast<size_t>(
      normalizeAxis(k.attrs<ScatterElementsAttributes>().axis, static_cast<int64_t>(rank)));
  const AxisValues strides = stridesOf(data.dims);
  scatter(k, reductionOf<ScatterElementsAttributes>(k.node()), 2, [&](auto put) {
    for (int64_t at = 0, count = indices.count(); at < count; ++at) {
      int64_t to = indexIn(k, loadNumber<int64_t>(indices, at), data.dims[axis]) * strides[axis];
      int64_t rest = at;
      for (size_t other = rank; other-- > 0;) {
        if (other != axis) to += rest % indices.dims[other] * strides[other];
        rest /= indices.dims[other];
      }
      put(to, at);
    }
  });
}

}  // namespace

constinit const Op scatterElements =
    scatterOp<ScatterElementsAttributes>("ScatterElements", infer, reference);

}  // namespace ridge::ops
