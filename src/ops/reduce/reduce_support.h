// What the reductions share: which axes, shapes, and the walk over what folds into one element.
#pragma once

#include "ops/infer.h"
#include "ops/reduce/reduce.h"
#include "ops/reference_support.h"

namespace ridge {

/// Shape without the reduced axes, or with ones in their place.
Shape reducedShape(const Shape& input, std::span<const int64_t> axes, bool keepDims);

/// Infers a reduction over input 1's axes; the output has the input's type.
void inferReduce(InferContext& c);

/// Op::sinceFor of a reduction: `axesAsInput` is the opset in which axes became an input.
int sinceReduce(const Node& node, const Graph& graph, int axesAsInput);

/// The axes of `reducedAxes` as bits, axis 0 lowest: allocates nothing.
using AxisBits = uint64_t;
AxisBits reducedAxisBits(const ReduceAttributes& attrs, std::span<const int64_t> axes, int64_t rank);

/// Folds the elements of input 0 along the axes into output 0, in row-major order of the reduced axes: `Fold`
/// is default-constructed for every output element, takes elements by add(T, position) and yields
/// result(count).
template <class T, class Fold>
void reduceAlong(const KernelContext& k, AxisBits axes, const Fold& initial = {}) {
  constexpr int64_t kBlock = 512;
  const TensorView &in = k.input(0), &out = k.output(0);
  numberClassOf(in.type);
  InlineVector<int64_t, 32> dims[2], strides[2];  // of the kept axes, of the reduced ones
  int64_t stride = in.count();
  for (size_t axis = 0; axis < in.dims.size(); ++axis) {
    stride = in.dims[axis] == 0 ? 0 : stride / in.dims[axis];
    const size_t folds = axes >> axis & 1U;
    dims[folds].push_back(in.dims[axis]);
    strides[folds].push_back(stride);
  }
  const StridedRuns outer(dims[0], 1, strides[0]), inner(dims[1], 1, strides[1]);
  const int64_t count = elementCount(dims[1]);
  parallelRanges(out.count(), 8, [&](int64_t begin, int64_t end) {
    T block[kBlock];
    outer.visit(begin, end, 1, [&](int64_t element, const StridedRuns::Run& place) {
      Fold fold = initial;
      inner.visit(0, count, kBlock, [&](int64_t first, const StridedRuns::Run& run) {
        loadNumbers(in, place.offsets[0] + run.offsets[0], run.strides[0], run.length, block);
        for (int64_t at = 0; at < run.length; ++at) fold.add(block[at], first + at);
      });
      storeNumber(out, element, fold.result(count));
    });
  });
}

}  // namespace ridge
