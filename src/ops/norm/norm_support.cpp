#include "ops/norm/norm_support.h"

#include <cmath>

#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reduce/reduce.h"
#include "ops/shape/reshape.h"

namespace ridge {
namespace {

constexpr int64_t kBlock = 512;

std::array<std::span<const int64_t>, 2> parameterDims(const KernelContext& k) {
  // An absent bias is a scalar that nobody reads.
  return {k.input(1).dims, k.has(2) ? k.input(2).dims : std::span<const int64_t>()};
}

}  // namespace

Moments momentsOf(const TensorView& view, int64_t first, int64_t count) {
  const auto number = static_cast<double>(count);
  const double mean = sumOf(view, first, count, [](double x) { return x; }) / number;
  const double squares = sumOf(view, first, count, [&](double x) { return (x - mean) * (x - mean); });
  return {mean, squares / number};
}

ValueId expandUnit(GraphBuilder& b, ValueId x, int64_t axis, float epsilon, bool centered) {
  const Value& value = b.graph().value(x);
  std::vector<int64_t> axes;
  for (int64_t at = normalizeAxis(axis, value.shape.rank()); at < value.shape.rank(); ++at)
    axes.push_back(at);
  const ValueId axesInput = b.constant(
      "norm.axes", Tensor::of({static_cast<int64_t>(axes.size())}, std::span<const int64_t>(axes)));
  const auto meanOf = [&](ValueId of) {
    return b.node(ops::reduceMean, std::make_shared<ReduceAttributes>(), {of, axesInput}, "norm.mean");
  };
  const ValueId centred = centered ? b.node(ops::sub, nullptr, {x, meanOf(x)}, "norm.centred") : x;
  const ValueId square = b.node(ops::mul, nullptr, {centred, centred}, "norm.square");
  const auto number = static_cast<double>(epsilon);
  const ValueId added = b.constant("norm.epsilon", fromDoubles(value.type, {}, {&number, 1}));
  const ValueId sum = b.node(ops::add, nullptr, {meanOf(square), added}, "norm.sum");
  return b.node(ops::div, nullptr, {centred, b.node(ops::sqrt, nullptr, {sum}, "norm.deviation")},
                "norm.unit");
}

void expandScaled(const Node& node, GraphBuilder& b, ValueId unit, ValueId scale, ValueId bias) {
  ValueId result = b.node(ops::mul, nullptr, {unit, scale}, "norm.scaled");
  if (bias != kNoValue) result = b.node(ops::add, nullptr, {result, bias}, "norm.shifted");
  b.replace(node.out[0], result);
}

ValueId expandByChannel(GraphBuilder& b, ValueId parameter, int64_t rank) {
  std::vector<int64_t> target(static_cast<size_t>(rank - 1), 1);
  target.front() = -1;
  const Tensor dims = Tensor::of({rank - 1}, std::span<const int64_t>(target));
  return b.node(ops::reshape, std::make_shared<ops::ReshapeAttributes>(),
                {parameter, b.constant("norm.shape", dims)}, "norm.by_channel");
}

void requireBroadcastsToInput(const InferContext& c, size_t input) {
  const Shape &own = c.shape(input), &target = c.shape(0);
  if (!own.ranked() || !target.ranked()) return;
  bool fits = own.rank() <= target.rank();
  for (int64_t back = 1; fits && back <= own.rank(); ++back) {
    const Dim &from = own[own.rank() - back], &to = target[target.rank() - back];
    fits = !from.isInteger() || from.value() == 1 || !to.isInteger() || from.value() == to.value();
  }
  if (!fits)
    c.fail("input " + std::to_string(input) + " has the shape " + own.toString() +
           ", which does not broadcast to " + target.toString());
}

ScaledRows::ScaledRows(const KernelContext& k, int64_t axis)
    : k_(k), hasBias_(k.has(2)), runs_(k.input(0).dims, parameterDims(k)) {
  const auto dims = k.input(0).dims;
  const auto split = static_cast<size_t>(normalizeAxis(axis, static_cast<int64_t>(dims.size())));
  rows_ = elementCount(dims.first(split));
  length_ = elementCount(dims.subspan(split));
}

void ScaledRows::write(int64_t row, double mean, double deviation) const {
  double block[kBlock], scale[kBlock], bias[kBlock];
  runs_.visit(row * length_, (row + 1) * length_, kBlock, [&](int64_t first, const StridedRuns::Run& run) {
    loadNumbers(k_.input(0), first, 1, run.length, block);
    loadNumbers(k_.input(1), run.offsets[0], run.strides[0], run.length, scale);
    if (hasBias_)
      loadNumbers(k_.input(2), run.offsets[1], run.strides[1], run.length, bias);
    else
      std::fill_n(bias, run.length, 0.0);
    for (int64_t i = 0; i < run.length; ++i) block[i] = (block[i] - mean) / deviation * scale[i] + bias[i];
    storeNumbers(k_.output(0), first, run.length, block);
  });
}

void inferChannelNormalization(InferContext& c) {
  const DType type = requireSameType(c);
  requireFloat(c, 0);
  requireRank(c, 0, 2);
  const Shape& image = c.shape(0);
  for (size_t at = 1; at < 3; ++at) {
    requireRank(c, at, 1, 1);
    if (!image.ranked() || !c.shape(at).ranked()) continue;
    const Dim own = c.shape(at)[0], channels = image[1];
    if (own.isInteger() && channels.isInteger() && own.value() != channels.value())
      c.fail("input " + std::to_string(at) + " has " + own.toString() + " elements for " +
             channels.toString() + " channels");
  }
  c.output(0, type, image);
}

void normalizeChannels(const KernelContext& k, int64_t groups, double epsilon) {
  const TensorView &in = k.input(0), &out = k.output(0);
  const int64_t channels = in.dims[1], pixels = elementCount(in.dims.subspan(2));
  if (in.count() == 0) return;
  const int64_t perGroup = channels / groups;
  numberClassOf(in.type);
  parallelRanges(in.dims[0] * groups, 1, [&](int64_t begin, int64_t end) {
    double block[kBlock];
    for (int64_t group = begin; group < end; ++group) {
      const Moments moments = momentsOf(in, group * perGroup * pixels, perGroup * pixels);
      const double deviation = std::sqrt(moments.variance + epsilon);
      for (int64_t plane = group * perGroup; plane < (group + 1) * perGroup; ++plane) {
        const double scale = loadNumber<double>(k.input(1), plane % channels);
        const double bias = loadNumber<double>(k.input(2), plane % channels);
        for (int64_t at = 0; at < pixels; at += kBlock) {
          const int64_t count = std::min(kBlock, pixels - at);
          loadNumbers(in, plane * pixels + at, 1, count, block);
          for (int64_t i = 0; i < count; ++i) block[i] = (block[i] - moments.mean) / deviation * scale + bias;
          storeNumbers(out, plane * pixels + at, count, block);
        }
      }
    }
  });
}

size_t statisticsBytes(const Graph& graph, const Node& node, AxisBits axes, size_t arrays) {
  Dims dims = graph.value(node.in[0]).shape.staticDims();
  for (size_t axis = 0; axis < dims.size(); ++axis)
    if (axes >> axis & 1U) dims[axis] = 1;
  return bytesOf(DType::f64, elementCount(dims)) * arrays;
}

Statistics::Statistics(const KernelContext& k, AxisBits axes) : k_(k), axes_(axes) {
  const auto dims = k.input(0).dims;
  for (size_t axis = 0; axis < dims.size(); ++axis) dims_.push_back(axes >> axis & 1U ? 1 : dims[axis]);
  count_ = elementCount(dims_);
  numberClassOf(k.input(0).type);
}

TensorView Statistics::array(size_t index) const {
  return {DType::f64, dims_, k_.scratch().data() + index * static_cast<size_t>(count_) * sizeof(double)};
}

}  // namespace ridge
