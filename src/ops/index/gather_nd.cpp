// GatherND: an index names an element, or a slice, of the data behind its batch dimensions.
#include "ops/index/index_support.h"

namespace ridge::ops {
namespace {

struct GatherNdAttributes : AttributesOf<GatherNdAttributes> {
  int64_t batchDims = 0;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("batch_dims", self.batchDims);
  }
};

void requireSameBatches(const InferContext& c, int64_t batchDims) {
  const Shape &data = c.shape(0), &indices = c.shape(1);
  for (int64_t axis = 0; axis < batchDims; ++axis)
    c.require(!data[axis].isInteger() || !indices[axis].isInteger() || data[axis] == indices[axis],
              "data and indices have different batch dimensions");
}

void infer(InferContext& c) {
  const Shape &data = c.shape(0), &indices = c.shape(1);
  const int64_t batchDims = c.attrs<GatherNdAttributes>().batchDims;
  requireIntegers(c, 1);
  requireRank(c, 0, 1);
  requireRank(c, 1, 1);
  c.require(batchDims >= 0, "batch_dims is negative");
  if (!data.ranked() || !indices.ranked()) return c.output(0, c.type(0), Shape());
  c.require(batchDims < data.rank() && batchDims < indices.rank(), "there are not so many batch dimensions");
  requireSameBatches(c, batchDims);
  const Dim& named = indices.dims().back();
  if (!named.isInteger()) return c.output(0, c.type(0), Shape());
  c.require(named.value() <= data.rank() - batchDims,
            "an index has more numbers than the data has dimensions");
  std::vector<Dim> dims(indices.dims().begin(), indices.dims().end() - 1);
  dims.insert(dims.end(), data.dims().begin() + batchDims + named.value(), data.dims().end());
  c.output(0, c.type(0), Shape(std::move(dims)));
}

void reference(KernelContext& k) {
  const TensorView &data = k.input(0), &indices = k.input(1);
  const auto batchDims = static_cast<size_t>(k.attrs<GatherNdAttributes>().batchDims);
  const auto named = static_cast<size_t>(indices.dims.back());
  const auto batch = data.dims.first(batchDims), inner = data.dims.subspan(batchDims);
  const int64_t part = elementCount(inner.subspan(named)), batchSize = elementCount(inner);
  const int64_t batches = elementCount(batch);
  const auto perBatch = indices.dims.subspan(batchDims).first(indices.dims.size() - batchDims - 1);
  const int64_t count = elementCount(perBatch);
  const AxisValues strides = stridesOf(inner);
  const ElementMover mover(k, data, k.output(0));
  for (int64_t index = 0; index < batches * count && part > 0; ++index) {
    int64_t from = index / count * batchSize;
    for (size_t axis = 0; axis < named; ++axis) {
      const auto at = index * static_cast<int64_t>(named) + static_cast<int64_t>(axis);
      from += indexIn(k, loadNumber<int64_t>(indices, at), inner[axis]) * strides[axis];
    }
    mover.moveRun(from, index * part, part);
  }
}

}  // namespace

constinit const Op gatherNd{
    .name = "GatherND",
    .since = 12,
    .sinceFor =
        [](const Node& node, const Graph& graph) {
          const int byForm = node.as<GatherNdAttributes>().batchDims != 0 ? 12 : 11;
          return std::max(byForm, sinceOfType({.base = 11}, inputType(node, graph, 0)));
        },
    .minInputs = 2,
    .maxInputs = 2,
    .attributes = GatherNdAttributes::read,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},
};

}  // namespace ridge::ops
