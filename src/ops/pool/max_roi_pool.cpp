// MaxRoiPool: the largest element of every cell of a grid laid over each region.
#include <cmath>
#include <limits>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

struct MaxRoiPoolAttributes : AttributesOf<MaxRoiPoolAttributes> {
  std::vector<int64_t> pooledShape = {};  ///< height, width
  float spatialScale = 1.0f;              ///< from the regions' coordinates to the input's

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v.required("pooled_shape", self.pooledShape);
    v("spatial_scale", self.spatialScale);
  }
};

void infer(InferContext& c) {
  const auto& pooled = c.attrs<MaxRoiPoolAttributes>().pooledShape;
  const DType type = requireSameType(c);
  requireFloat(c, 0);
  requireRank(c, 0, 4, 4);
  requireRank(c, 1, 2, 2);
  c.require(pooled.size() == 2 && pooled[0] > 0 && pooled[1] > 0,
            "pooled_shape must be a height and a width");
  const Shape &input = c.shape(0), &rois = c.shape(1);
  c.require(!rois.ranked() || !rois[1].isInteger() || rois[1].value() == 5, "a region has 5 numbers");
  c.output(0, type,
           Shape({rois.ranked() ? rois[0] : Dim(), input.ranked() ? input[1] : Dim(), pooled[0], pooled[1]}));
}

// Along one axis: the whole elements that a region covers, cut into cells that may overlap.
struct Span {
  int64_t start = 0, length = 1;

  Span(double from, double to, double scale) {
    start = static_cast<int64_t>(std::round(from * scale));
    length = std::max<int64_t>(static_cast<int64_t>(std::round(to * scale)) - start + 1, 1);
  }
  std::pair<int64_t, int64_t> cell(int64_t at, int64_t cells, int64_t size) const {
    const double extent = static_cast<double>(length) / static_cast<double>(cells);
    const auto first = static_cast<int64_t>(std::floor(static_cast<double>(at) * extent)) + start;
    const auto last = static_cast<int64_t>(std::ceil(static_cast<double>(at + 1) * extent)) + start;
    return {std::clamp<int64_t>(first, 0, size), std::clamp<int64_t>(last, 0, size)};
  }
};

void requireRegions(const KernelContext& k) {
  const TensorView& rois = k.input(1);
  const auto scale = static_cast<double>(k.attrs<MaxRoiPoolAttributes>().spatialScale);
  for (int64_t at = 0; at < rois.count(); ++at) {
    const double value = loadNumber<double>(rois, at);
    if (at % 5 == 0) {
      const bool exists = value >= 0 && value < static_cast<double>(k.input(0).dims[0]);
      if (!exists) k.fail("a region lies in an image that does not exist");
    } else if (!(std::fabs(value * scale) < 1e9)) {
      k.fail("a region is not finite");
    }
  }
}

double largest(const TensorView& in, int64_t plane, std::pair<int64_t, int64_t> ys,
               std::pair<int64_t, int64_t> xs) {
  if (ys.first >= ys.second || xs.first >= xs.second) return 0.0;
  double best = -std::numeric_limits<double>::infinity();
  for (int64_t y = ys.first; y < ys.second; ++y)
    for (int64_t x = xs.first; x < xs.second; ++x)
      best = std::max(best, loadNumber<double>(in, (plane * in.dims[2] + y) * in.dims[3] + x));
  return best;
}

void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &rois = k.input(1), &out = k.output(0);
  const int64_t channels = out.dims[1], height = out.dims[2], width = out.dims[3];
  requireRegions(k);
  const auto scale = static_cast<double>(k.attrs<MaxRoiPoolAttributes>().spatialScale);
  parallelRanges(out.dims[0] * channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      double region[5];
      loadNumbers(rois, task / channels * 5, 1, 5, region);
      const Span xs(region[1], region[3], scale), ys(region[2], region[4], scale);
      const int64_t plane = static_cast<int64_t>(region[0]) * channels + task % channels;
      for (int64_t y = 0; y < height; ++y)
        for (int64_t x = 0; x < width; ++x)
          storeNumber(out, (task * height + y) * width + x,
                      largest(in, plane, ys.cell(y, height, in.dims[2]), xs.cell(x, width, in.dims[3])));
    }
  });
}

}  // namespace

constinit const Op maxRoiPool{.name = "MaxRoiPool",
                              .sinceFor = sinceByType<SinceTable{.bf16 = 22}>,
                              .minInputs = 2,
                              .maxInputs = 2,
                              .attributes = MaxRoiPoolAttributes::read,
                              .infer = infer,
                              .reference = reference,
                              .cost = costPerInput<1>};

}  // namespace ridge::ops
