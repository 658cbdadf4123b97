// ScatterND: an index names an element, or a slice, of the data that an update goes to.
#include "ops/index/scatter.h"

namespace ridge::ops {
namespace {

struct ScatterNdAttributes : AttributesOf<ScatterNdAttributes> {
  std::string reduction = "none";

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("reduction", self.reduction);
  }
};

// The shape that the updates must have.
Shape updatesShape(const InferContext& c) {
  const Shape &data = c.shape(0), &indices = c.shape(1);
  if (!data.ranked() || !indices.ranked() || !indices.dims().back().isInteger()) return Shape();
  const int64_t named = indices.dims().back().value();
  c.require(named <= data.rank(), "an index has more numbers than the data has dimensions");
  std::vector<Dim> dims(indices.dims().begin(), indices.dims().end() - 1);
  dims.insert(dims.end(), data.dims().begin() + named, data.dims().end());
  return Shape(std::move(dims));
}

void infer(InferContext& c) {
  reductionOf<ScatterNdAttributes>(c.node());
  requireIntegers(c, 1);
  requireRank(c, 1, 1);
  c.require(c.type(0) == c.type(2) || c.type(0) == DType::undefined || c.type(2) == DType::undefined,
            "data and updates have different element types");
  const Shape wanted = updatesShape(c);
  if (wanted.isStatic() && c.shape(2).isStatic() && wanted != c.shape(2))
    c.fail("the updates have the shape " + c.shape(2).toString() + ", the indices want " + wanted.toString());
  c.output(0, c.type(0), c.shape(0));
}

void reference(KernelContext& k) {
  const TensorView &data = k.input(0), &indices = k.input(1);
  const auto named = static_cast<size_t>(indices.dims.back());
  const int64_t part = elementCount(data.dims.subspan(named));
  const int64_t count = elementCount(indices.dims.first(indices.dims.size() - 1));
  const AxisValues strides = stridesOf(data.dims);
  scatter(k, reductionOf<ScatterNdAttributes>(k.node()), 2, [&](auto put) {
    for (int64_t index = 0; index < count && part > 0; ++index) {
      int64_t to = 0;
      for (size_t axis = 0; axis < named; ++axis) {
        const auto at = index * static_cast<int64_t>(named) + static_cast<int64_t>(axis);
        to += indexIn(k, loadNumber<int64_t>(indices, at), data.dims[axis]) * strides[axis];
      }
      for (int64_t at = 0; at < part; ++at) put(to + at, index * part + at);
    }
  });
}

}  // namespace

constinit const Op scatterNd = scatterOp<ScatterNdAttributes>("ScatterND", infer, reference);

}  // namespace ridge::ops
