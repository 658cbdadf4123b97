#include <cmath>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/norm/norm.h"
#include "ops/norm/norm_support.h"
#include "ops/ops.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  requireFloat(c, 0);
  requireFloat(c, 1);
  requireRank(c, 0, 1);
  if (c.shape(0).ranked()) axisOf(c, c.attrs<RowNormalizationAttributes>().axis, c.shape(0).rank());
  requireBroadcastsToInput(c, 1);
  c.output(0, c.type(1), c.shape(0));  // the scale says in which type the answer is
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<RowNormalizationAttributes>();
  const ScaledRows rows(k, attrs.axis);
  const auto epsilon = static_cast<double>(attrs.epsilon), length = static_cast<double>(rows.length());
  numberClassOf(k.input(0).type);
  parallelRanges(rows.rows(), 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row) {
      const double squares =
          sumOf(k.input(0), row * rows.length(), rows.length(), [](double x) { return x * x; });
      rows.write(row, 0.0, std::sqrt(squares / length + epsilon));
    }
  });
}

void expandRms(const Node& node, GraphBuilder& b) {
  const auto& attrs = node.as<RowNormalizationAttributes>();
  const ValueId unit = expandUnit(b, node.in[0], attrs.axis, attrs.epsilon, false);
  expandScaled(node, b, unit, node.in[1], kNoValue);
}

}  // namespace

// Square, sum, division and scale.
constinit const Op ops::rmsNormalization{.name = "RMSNormalization",
                                         .since = 23,
                                         .minInputs = 2,
                                         .maxInputs = 2,
                                         .attributes = RowNormalizationAttributes::read,
                                         .infer = infer,
                                         .reference = reference,
                                         .cost = costPerInput<4>,
                                         .expand = expandRms};

}  // namespace ridge
