#include <cmath>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/norm/norm.h"
#include "ops/norm/norm_support.h"
#include "ops/ops.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<RowNormalizationAttributes>();
  const auto stash = static_cast<DType>(attrs.stashType);
  c.require(stash == DType::f32 || stash == DType::bf16, "stash_type must be 1 (float32) or 16 (bfloat16)");
  const DType type = requireSameType(c);
  requireFloat(c, 0);
  requireRank(c, 0, 1);
  requireBroadcastsToInput(c, 1);
  requireBroadcastsToInput(c, 2);
  c.output(0, type, c.shape(0));
  Shape rows = c.shape(0);
  if (rows.ranked()) {
    const int64_t axis = axisOf(c, attrs.axis, rows.rank());
    std::vector<Dim> dims = rows.dims();
    std::fill(dims.begin() + axis, dims.end(), Dim(1));
    rows = Shape(std::move(dims));
  }
  c.output(1, stash, rows);
  c.output(2, stash, rows);
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<RowNormalizationAttributes>();
  const ScaledRows rows(k, attrs.axis);
  const auto epsilon = static_cast<double>(attrs.epsilon);
  numberClassOf(k.input(0).type);
  parallelRanges(rows.rows(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const Moments moments = momentsOf(k.input(0), row * rows.length(), rows.length());
      const double deviation = std::sqrt(moments.variance + epsilon);
      rows.write(row, moments.mean, deviation);
      if (k.wants(1)) storeNumber(k.output(1), row, moments.mean);
      if (k.wants(2)) storeNumber(k.output(2), row, 1.0 / deviation);
    }
  });
}

void expandLayerNorm(const Node& node, GraphBuilder& b) {
  const auto& attrs = node.as<RowNormalizationAttributes>();
  const ValueId unit = expandUnit(b, node.in[0], attrs.axis, attrs.epsilon, true);
  expandScaled(node, b, unit, node.in[1], node.in.size() > 2 ? node.in[2] : kNoValue);
}

}  // namespace

// Two for the mean and the difference, two for the variance, division, scale and shift.
constinit const Op ops::layerNormalization{.name = "LayerNormalization",
                                           .since = 17,
                                           .minInputs = 2,
                                           .maxInputs = 3,
                                           .maxOutputs = 3,
                                           .attributes = RowNormalizationAttributes::read,
                                           .infer = infer,
                                           .reference = reference,
                                           .cost = costPerInput<7>,
                                           .expand = expandLayerNorm};

}  // namespace ridge
