// CenterCropPad: cuts or fills with zeros on both sides until the axes have the sizes asked for.
#include <algorithm>
#include <cstring>
#include <optional>

#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/reference_support.h"

namespace ridge::ops {
namespace {

struct CenterCropPadAttributes : AttributesOf<CenterCropPadAttributes> {
  std::optional<std::vector<int64_t>> axes;  // absent: all

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axes", self.axes);
  }
};

void infer(InferContext& c) {
  const auto& axes = c.attrs<CenterCropPadAttributes>().axes;
  const Shape& in = c.shape(0);
  c.require(c.type(1) == DType::undefined || isInteger(c.type(1)), "the sizes must be integers");
  requireRank(c, 1, 1, 1);
  if (!in.ranked()) return c.output(0, c.type(0), Shape());
  const auto sizes = c.contents(1);
  std::vector<Dim> dims = in.dims();
  const size_t count = axes ? axes->size() : dims.size();
  if (c.shape(1).ranked() && c.shape(1)[0].isInteger())
    c.require(c.shape(1)[0].value() == static_cast<int64_t>(count), "there must be one size for every axis");
  for (size_t at = 0; at < count; ++at) {
    const int64_t axis = axes ? axisOf(c, (*axes)[at], in.rank()) : static_cast<int64_t>(at);
    dims[static_cast<size_t>(axis)] = sizes ? (*sizes)[at] : Dim();
  }
  c.output(0, c.type(0), Shape(std::move(dims)));
}

void requirePlanned(const KernelContext& k) {
  const auto& axes = k.attrs<CenterCropPadAttributes>().axes;
  const TensorView& out = k.output(0);
  for (int64_t at = 0; at < k.input(1).count(); ++at) {
    const int64_t axis =
        axes ? normalizeAxis((*axes)[static_cast<size_t>(at)], static_cast<int64_t>(out.dims.size())) : at;
    if (loadNumber<int64_t>(k.input(1), at) != out.dims[static_cast<size_t>(axis)])
      k.fail("the sizes lead to another shape than planned");
  }
}

void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  requirePlanned(k);
  const AxisValues inStrides = stridesOf(in.dims), outStrides = stridesOf(out.dims);
  AxisValues common;  // what both have of each axis
  InlineVector<int64_t, 64> strides;
  int64_t from = 0, to = 0;
  for (size_t axis = 0; axis < in.dims.size(); ++axis) {
    const int64_t spare = out.dims[axis] - in.dims[axis];
    common.push_back(std::min(in.dims[axis], out.dims[axis]));
    (spare > 0 ? to : from) += std::abs(spare) / 2 * (spare > 0 ? outStrides : inStrides)[axis];
    strides.push_back(inStrides[axis]);
    strides.push_back(outStrides[axis]);
  }
  std::memset(out.data, 0, bytesOf(out.type, out.count()));
  const ElementMover mover(k, in, out);
  const int64_t count = elementCount(common);
  StridedRuns(common, 2, strides).visit(0, count, count, [&](int64_t, const StridedRuns::Run& run) {
    for (int64_t at = 0; at < run.length; ++at)
      mover.move(from + run.offsets[0] + at * run.strides[0], to + run.offsets[1] + at * run.strides[1]);
  });
}

}  // namespace

constinit const Op centerCropPad{
    .name = "CenterCropPad",
    .since = 18,
    .minInputs = 2,
    .maxInputs = 2,
    .attributes = CenterCropPadAttributes::read,
    .infer = infer,
    .reference = reference,
};

}  // namespace ridge::ops
