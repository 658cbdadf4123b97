// RoiAlign: the mean or largest of a few interpolated samples in every cell of a grid laid over each region.
#include <cmath>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

struct RoiAlignAttributes : AttributesOf<RoiAlignAttributes> {
  std::string transformation = "half_pixel";
  std::string mode = "avg";
  int64_t outputHeight = 1, outputWidth = 1;
  int64_t samplingRatio = 0;  ///< samples of a cell along an axis; 0: about one per element
  float spatialScale = 1.0f;  ///< from the regions' coordinates to the input's

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("coordinate_transformation_mode", self.transformation);
    v("mode", self.mode);
    v("output_height", self.outputHeight);
    v("output_width", self.outputWidth);
    v("sampling_ratio", self.samplingRatio);
    v("spatial_scale", self.spatialScale);
  }
};

constexpr double kMostExtent = 1 << 16;    // of a region's coordinates; far beyond any real picture
constexpr int64_t kMostSamples = 1 << 10;  // that an attribute may ask for

void infer(InferContext& c) {
  const auto& attrs = c.attrs<RoiAlignAttributes>();
  c.require(attrs.mode == "avg" || attrs.mode == "max", "the mode must be avg or max");
  c.require(attrs.transformation == "half_pixel" || attrs.transformation == "output_half_pixel",
            "coordinate_transformation_mode must be half_pixel or output_half_pixel");
  c.require(attrs.outputHeight > 0 && attrs.outputWidth > 0,
            "output_height and output_width must be positive");
  c.require(attrs.samplingRatio >= 0 && attrs.samplingRatio <= kMostSamples,
            "sampling_ratio is out of range");
  requireFloat(c, 0);
  c.require(c.type(2) == DType::undefined || c.type(2) == DType::i64, "the batch indices must be int64");
  requireRank(c, 0, 4, 4);
  requireRank(c, 1, 2, 2);
  requireRank(c, 2, 1, 1);
  const Shape &input = c.shape(0), &rois = c.shape(1), &batch = c.shape(2);
  if (rois.ranked()) merge(rois[1], Dim(4));
  const Dim regions = merge(rois.ranked() ? rois[0] : Dim(), batch.ranked() ? batch[0] : Dim());
  c.output(0, c.type(0),
           Shape({regions, input.ranked() ? input[1] : Dim(), attrs.outputHeight, attrs.outputWidth}));
}

// One axis of a region: cells of `bin` elements from `start` on, with `samples` samples each.
struct CellAxis {
  double start = 0, bin = 1;
  int64_t samples = 1, size = 1;

  /// Two neighbours and their weights; weights of 0 outside the input.
  struct Neighbours {
    int64_t low = 0, high = 0;
    double lowWeight = 0, highWeight = 0;
    bool outside = true;
  };
  Neighbours at(int64_t cell, int64_t sample) const {
    double place = start + static_cast<double>(cell) * bin +
                   (static_cast<double>(sample) + 0.5) * bin / static_cast<double>(samples);
    if (!(place >= -1.0 && place <= static_cast<double>(size))) return {};
    place = std::clamp(place, 0.0, static_cast<double>(size - 1));
    Neighbours found;
    found.outside = false;
    found.low = static_cast<int64_t>(place);
    found.high = std::min(found.low + 1, size - 1);
    found.highWeight = place - static_cast<double>(found.low);
    found.lowWeight = 1.0 - found.highWeight;
    return found;
  }
};

// `from` and `to` are the region's ends along the axis.
CellAxis cellAxis(const RoiAlignAttributes& attrs, double from, double to, int64_t cells, int64_t size) {
  const bool half = attrs.transformation == "half_pixel";
  const auto scale = static_cast<double>(attrs.spatialScale);
  CellAxis axis;
  axis.size = size;
  axis.start = from * scale - (half ? 0.5 : 0.0);
  double length = to * scale - (half ? 0.5 : 0.0) - axis.start;
  if (!half) length = std::max(length, 1.0);
  axis.bin = length / static_cast<double>(cells);
  const double samples =
      attrs.samplingRatio > 0 ? static_cast<double>(attrs.samplingRatio) : std::ceil(axis.bin);
  axis.samples = static_cast<int64_t>(std::clamp(samples, 0.0, 2 * kMostExtent));
  return axis;
}

void requireRegions(const KernelContext& k) {
  const TensorView &rois = k.input(1), &batch = k.input(2), &out = k.output(0);
  if (rois.count() != 4 * out.dims[0] || batch.count() != out.dims[0])
    k.fail("there are not as many regions as batch indices");
  const auto scale = static_cast<double>(k.attrs<RoiAlignAttributes>().spatialScale);
  for (int64_t at = 0; at < rois.count(); ++at)
    if (!(std::fabs(loadNumber<double>(rois, at) * scale) < kMostExtent)) k.fail("a region is out of range");
  for (int64_t at = 0; at < batch.count(); ++at)
    if (batch.as<int64_t>()[at] < 0 || batch.as<int64_t>()[at] >= k.input(0).dims[0])
      k.fail("batch index " + std::to_string(batch.as<int64_t>()[at]) + " does not exist");
  if (out.count() > 0 && k.input(0).count() == 0) k.fail("there is nothing to sample in an empty input");
}

// The mode max takes the largest weighted neighbour of all samples, as the peers do, not the largest sample.
double cell(const TensorView& in, int64_t plane, const CellAxis& ys, const CellAxis& xs, int64_t cellY,
            int64_t cellX, bool largest) {
  double sum = 0, best = 0;
  bool first = true;
  for (int64_t sy = 0; sy < ys.samples; ++sy) {
    for (int64_t sx = 0; sx < xs.samples; ++sx) {
      const auto y = ys.at(cellY, sy), x = xs.at(cellX, sx);
      double parts[4] = {};
      if (!y.outside && !x.outside) {
        const int64_t low = (plane * ys.size + y.low) * xs.size, high = (plane * ys.size + y.high) * xs.size;
        parts[0] = y.lowWeight * x.lowWeight * loadNumber<double>(in, low + x.low);
        parts[1] = y.lowWeight * x.highWeight * loadNumber<double>(in, low + x.high);
        parts[2] = y.highWeight * x.lowWeight * loadNumber<double>(in, high + x.low);
        parts[3] = y.highWeight * x.highWeight * loadNumber<double>(in, high + x.high);
      }
      sum += parts[0] + parts[1] + parts[2] + parts[3];
      const double most = *std::max_element(parts, parts + 4);
      best = first ? most : std::max(best, most);
      first = false;
    }
  }
  return largest ? best : sum / static_cast<double>(std::max<int64_t>(1, ys.samples * xs.samples));
}

void reference(KernelContext& k) {
  const auto& attrs = k.attrs<RoiAlignAttributes>();
  const TensorView &in = k.input(0), &rois = k.input(1), &batch = k.input(2), &out = k.output(0);
  numberClassOf(in.type);
  requireRegions(k);
  const int64_t channels = out.dims[1], height = out.dims[2], width = out.dims[3];
  parallelRanges(out.dims[0] * channels, 1, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t region = task / channels;
      double corners[4];
      loadNumbers(rois, region * 4, 1, 4, corners);
      const CellAxis xs = cellAxis(attrs, corners[0], corners[2], width, in.dims[3]);
      const CellAxis ys = cellAxis(attrs, corners[1], corners[3], height, in.dims[2]);
      const int64_t plane = batch.as<int64_t>()[region] * channels + task % channels;
      for (int64_t y = 0; y < height; ++y)
        for (int64_t x = 0; x < width; ++x)
          storeNumber(out, (task * height + y) * width + x,
                      cell(in, plane, ys, xs, y, x, attrs.mode == "max"));
    }
  });
}

int sinceFor(const Node& node, const Graph& graph) {
  return sinceOfType({.base = 16, .bf16 = 22}, inputType(node, graph, 0));
}

}  // namespace

constinit const Op roiAlign{.name = "RoiAlign",
                            .since = 16,
                            .sinceFor = sinceFor,
                            .minInputs = 3,
                            .maxInputs = 3,
                            .attributes = RoiAlignAttributes::read,
                            .infer = infer,
                            .reference = reference,
                            .cost = costPerOutput<20>};

}  // namespace ridge::ops
