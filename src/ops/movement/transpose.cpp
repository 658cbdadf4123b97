// Transpose.
#include "ops/movement/transpose.h"

#include <algorithm>

#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge::ops {

std::vector<int64_t> TransposeAttributes::permutation(int64_t rank) const {
  if (perm) return *perm;
  std::vector<int64_t> reversed;
  for (int64_t axis = rank; axis-- > 0;) reversed.push_back(axis);
  return reversed;
}

namespace {

void requirePermutation(const InferContext& c, const std::vector<int64_t>& perm) {
  std::vector<int64_t> sorted = perm;
  std::sort(sorted.begin(), sorted.end());
  for (size_t at = 0; at < sorted.size(); ++at)
    c.require(sorted[at] == static_cast<int64_t>(at), "perm is not a permutation of the axes");
}

void infer(InferContext& c) {
  const auto& attrs = c.attrs<TransposeAttributes>();
  if (attrs.perm) requirePermutation(c, *attrs.perm);
  const Shape& shape = c.shape(0);
  if (!shape.ranked())
    return c.output(0, c.type(0),
                    attrs.perm ? unknownShape(static_cast<int64_t>(attrs.perm->size())) : Shape());
  const std::vector<int64_t> perm = attrs.permutation(shape.rank());
  c.require(static_cast<int64_t>(perm.size()) == shape.rank(),
            "perm names another number of axes than there are");
  std::vector<Dim> dims;
  for (int64_t axis : perm) dims.push_back(shape[axis]);
  c.output(0, c.type(0), Shape(std::move(dims)));
  if (shape.rank() > 1) return;
  if (auto contents = c.contents(0)) c.outputContents(0, std::move(*contents));
}

void reference(KernelContext& k) {
  const TensorView& in = k.input(0);
  const AxisValues inStrides = stridesOf(in.dims);
  const auto& perm = k.attrs<TransposeAttributes>().perm;
  AxisValues strides;
  for (size_t axis = 0; axis < in.dims.size(); ++axis)
    strides.push_back(inStrides[perm ? static_cast<size_t>((*perm)[axis]) : in.dims.size() - 1 - axis]);
  moveStrided(k, in, 0, k.output(0).dims, strides);
}

}  // namespace

constinit const Op transpose{
    .name = "Transpose",
    .since = 1,
    .sinceFor = sinceByType<SinceTable{.base = 1, .float8 = 21}>,
    .attributes = TransposeAttributes::read,
    .infer = infer,
    .reference = reference,
    .traits = {.commutesWithQdq = true},
};

}  // namespace ridge::ops
