// Resize: every output is a weighted sum of the input elements around its place, axis by axis.
#include "ops/resize/resize.h"

#include "base/error.h"
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

constexpr size_t kRoi = 1, kScales = 2, kSizes = 3;

// Contents of a constant float input; nullopt: not known. An empty one counts as absent.
std::optional<std::vector<double>> knownNumbers(const InferContext& c, size_t input) {
  if (!c.has(input)) return std::vector<double>{};
  const Tensor* constant = c.constant(input);
  return constant ? std::optional(toDoubles(*constant)) : std::nullopt;
}

// Axis by axis, where some are symbols: sizes as they are given, a scale of 1 keeps whatever there is.
std::vector<Dim> partlyKnown(const InferContext& c, const std::optional<std::vector<double>>& scales) {
  const auto& attrs = c.attrs<ResizeAttributes>();
  const Shape& in = c.shape(0);
  std::vector<int64_t> axes = attrs.axes;
  for (int64_t axis = 0; attrs.axes.empty() && axis < in.rank(); ++axis) axes.push_back(axis);
  const auto sizes = c.contents(kSizes);
  std::vector<Dim> dims = in.dims();
  for (size_t at = 0; at < axes.size(); ++at) {
    Dim& dim = dims[static_cast<size_t>(axisOf(c, axes[at], in.rank()))];
    if (sizes && sizes->size() == axes.size()) {
      dim = attrs.policy == "stretch" ? (*sizes)[at] : Dim();
      continue;
    }
    const bool scaled = scales && scales->size() == axes.size();
    if (!scaled || !dim.isInteger())
      dim = scaled && (*scales)[at] == 1.0 ? dim : Dim();
    else
      dim =
          resolveResize(ResizeAttributes(), std::array{dim.value()}, {{}, {&(*scales)[at], 1}, {}})[0].output;
  }
  return dims;
}

void infer(InferContext& c) {
  const auto& attrs = c.attrs<ResizeAttributes>();
  resizeModeOf(attrs);
  c.require(!attrs.antialias || attrs.mode != "nearest", "antialias needs the mode linear or cubic");
  const Shape& shape = c.shape(0);
  if (!shape.ranked()) return c.output(0, c.type(0), {});
  const auto scales = knownNumbers(c, kScales), roi = knownNumbers(c, kRoi);
  const auto sizes = c.has(kSizes) ? c.integers(kSizes) : std::vector<int64_t>{};
  if (scales && sizes && roi && shape.isStatic()) {
    const ResizeAxes axes = resolveResize(attrs, shape.staticDims(), {*roi, *scales, *sizes});
    std::vector<Dim> dims;
    for (const ResizeAxis& axis : axes) dims.emplace_back(axis.output);
    return c.output(0, c.type(0), Shape(std::move(dims)));
  }
  c.output(0, c.type(0), Shape(partlyKnown(c, scales)));
}

// The tables of all axes lie one after another in the scratch memory.
size_t scratch(const Node& node, const Graph& graph) {
  const auto &input = graph.value(node.in[0]).shape, &output = graph.value(node.out[0]).shape;
  if (!input.isStatic() || !output.isStatic()) return 0;
  int64_t words = 0;
  for (int64_t axis = 0; axis < input.rank(); ++axis) {
    const int64_t size = output[axis].value();
    const int64_t taps = resizeTaps(node.as<ResizeAttributes>(), input[axis].value(), size);
    words += saturatingProduct(size, taps + 1);
  }
  return static_cast<size_t>(saturatingProduct(words, 8));
}

// Elements of a small optional input, which may not be there.
template <class T>
InlineVector<T, 64> fewNumbers(const KernelContext& k, size_t input) {
  if (!k.has(input)) return {};
  InlineVector<T, 64> values(static_cast<size_t>(k.input(input).count()));
  loadNumbers(k.input(input), 0, 1, k.input(input).count(), values.data());
  return values;
}

// The tables of all axes, and where a line of outputs lies.
class ResizeWalk {
 public:
  explicit ResizeWalk(const KernelContext& k)
      : in_(k.input(0)), out_(k.output(0)), strides_(stridesOf(in_.dims)) {
    const auto& attrs = k.attrs<ResizeAttributes>();
    const auto roi = fewNumbers<double>(k, kRoi), scales = fewNumbers<double>(k, kScales);
    const auto sizes = fewNumbers<int64_t>(k, kSizes);
    axes_ = resolveResize(
        attrs, in_.dims,
        {{roi.data(), roi.size()}, {scales.data(), scales.size()}, {sizes.data(), sizes.size()}});
    auto* words = reinterpret_cast<int64_t*>(k.scratch().data());
    for (size_t at = 0; at < axes_.size(); ++at) {
      const ResizeAxis& axis = axes_[at];
      if (axis.output != out_.dims[at]) k.fail("scales or sizes lead to another shape than planned");
      ResizeTaps taps;
      taps.taps = axis.kept ? 1 : resizeTaps(attrs, axis.input, axis.output);
      const auto outputs = static_cast<size_t>(axis.output);
      const size_t weights = outputs * static_cast<size_t>(taps.taps);
      taps.first = {words, outputs};
      taps.weights = {reinterpret_cast<double*>(words + outputs), weights};
      words += outputs + weights;
      if (axis.output > 0) fillResizeTaps(attrs, axis, taps);
      taps_.push_back(taps);
    }
  }

  const ResizeTaps& line() const { return taps_.back(); }
  int64_t lines() const { return out_.count() / std::max<int64_t>(1, out_.dims.back()); }

  /// Calls fn(offset, weight) for every input line that output line `line` is made of. False: extrapolated.
  template <class Fn>
  bool inputLines(int64_t line, Fn&& fn) const {
    const size_t outer = taps_.size() - 1;
    InlineVector<int64_t, 8> tap(outer), place(outer);
    for (size_t axis = outer; axis-- > 0;) {
      place[axis] = line % axes_[axis].output;
      line /= axes_[axis].output;
      if (taps_[axis].first[static_cast<size_t>(place[axis])] < 0) return false;
    }
    for (bool more = true; more;) {
      double weight = 1.0;
      int64_t offset = 0;
      for (size_t axis = 0; axis < outer; ++axis) {
        const ResizeTaps& taps = taps_[axis];
        weight *= taps.weights[static_cast<size_t>(place[axis] * taps.taps + tap[axis])];
        offset += (taps.first[static_cast<size_t>(place[axis])] + tap[axis]) * strides_[axis];
      }
      if (weight != 0.0) fn(offset, weight);
      more = false;
      for (size_t axis = outer; axis-- > 0 && !more;) {
        more = ++tap[axis] < taps_[axis].taps;
        if (!more) tap[axis] = 0;
      }
    }
    return true;
  }

 private:
  const TensorView &in_, &out_;
  AxisValues strides_;
  ResizeAxes axes_;
  InlineVector<ResizeTaps, 8> taps_;
};

// Outputs [ox, ox + count) of a line: the input lines are summed first, a piece at a time.
void interpolate(const KernelContext& k, const ResizeWalk& walk, int64_t line, int64_t ox, int64_t count) {
  constexpr int64_t kPiece = 1024, kMostOutputs = 256;
  const ResizeTaps& taps = walk.line();
  const auto first = taps.first.subspan(static_cast<size_t>(ox), static_cast<size_t>(count));
  double piece[kPiece], values[kPiece], sums[kMostOutputs] = {};
  int64_t low = INT64_MAX, high = 0;
  for (int64_t from : first)
    if (from >= 0) low = std::min(low, from), high = std::max(high, from + taps.taps);
  bool inside = true;
  for (int64_t begin = low; begin < high && inside; begin += kPiece) {
    const int64_t length = std::min(kPiece, high - begin);
    std::fill_n(piece, length, 0.0);
    inside = walk.inputLines(line, [&](int64_t offset, double weight) {
      loadNumbers(k.input(0), offset + begin, 1, length, values);
      for (int64_t at = 0; at < length; ++at) piece[at] += weight * values[at];
    });
    for (int64_t at = 0; at < count; ++at) {
      const int64_t from = first[static_cast<size_t>(at)];
      const double* weights = taps.weights.data() + (ox + at) * taps.taps;
      const int64_t last = std::min(taps.taps, begin + length - from);
      for (int64_t tap = std::max<int64_t>(0, begin - from); tap < last; ++tap)
        if (weights[tap] != 0.0) sums[at] += weights[tap] * piece[from + tap - begin];
    }
  }
  const auto outside = static_cast<double>(k.attrs<ResizeAttributes>().extrapolation);
  for (int64_t at = 0; at < count; ++at)
    if (!inside || first[static_cast<size_t>(at)] < 0) sums[at] = outside;
  storeNumbers(k.output(0), line * static_cast<int64_t>(taps.first.size()) + ox, count, sums);
}

// Nearest moves elements, of any type.
void pick(const KernelContext& k, const ResizeWalk& walk, const ElementMover& mover, int64_t line) {
  const ResizeTaps& taps = walk.line();
  const auto width = static_cast<int64_t>(taps.first.size());
  int64_t from = 0;
  const bool inside = walk.inputLines(line, [&](int64_t offset, double) { from = offset; });
  const auto outside = static_cast<double>(k.attrs<ResizeAttributes>().extrapolation);
  for (int64_t ox = 0; ox < width; ++ox) {
    const int64_t place = taps.first[static_cast<size_t>(ox)];
    if (inside && place >= 0)
      mover.move(from + place, line * width + ox);
    else
      storeNumber(k.output(0), line * width + ox, outside);
  }
}

void reference(KernelContext& k) {
  const TensorView& out = k.output(0);
  const bool nearest = resizeModeOf(k.attrs<ResizeAttributes>()) == ResizeMode::nearest;
  const ElementMover mover(k, k.input(0), out);
  if (out.dims.empty()) return mover.move(0, 0);
  const ResizeWalk walk(k);
  if (out.count() == 0) return;
  const int64_t lines = walk.lines(), width = out.dims.back();
  const bool fills = k.attrs<ResizeAttributes>().transformation == "tf_crop_and_resize";
  if (!nearest || fills) numberClassOf(out.type);
  constexpr int64_t kBlock = 256;
  const int64_t blocks = nearest ? 1 : (width + kBlock - 1) / kBlock;
  // Elements that share a byte cannot be written by several threads.
  const int64_t grain = bitsOf(out.type) < 8 ? lines * blocks : std::max<int64_t>(1, 64 / width);
  parallelRanges(lines * blocks, grain, [&](int64_t begin, int64_t end) {
    for (int64_t task = begin; task < end; ++task) {
      const int64_t line = task / blocks, ox = task % blocks * kBlock;
      if (nearest)
        pick(k, walk, mover, line);
      else
        interpolate(k, walk, line, ox, std::min(kBlock, width - ox));
    }
  });
}

Cost cost(const Node& node, const Graph& graph) {
  Cost cost = movedBytes(node, graph);
  const auto& attrs = node.as<ResizeAttributes>();
  const auto &input = graph.value(node.in[0]).shape, &output = graph.value(node.out[0]).shape;
  if (attrs.mode == "nearest" || !input.isStatic() || !output.isStatic()) return cost;
  cost.operations = elementsOf(graph, node.out[0]);
  for (int64_t axis = 0; axis < input.rank(); ++axis) {
    const int64_t taps = resizeTaps(attrs, input[axis].value(), output[axis].value());
    if (input[axis] != output[axis]) cost.operations = saturatingProduct(cost.operations, taps);
  }
  return cost;
}

int sinceFor(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<ResizeAttributes>();
  const bool form18 = attrs.antialias || !attrs.axes.empty() || attrs.policy != "stretch";
  const int byForm = attrs.transformation == "half_pixel_symmetric"   ? 19
                     : form18                                         ? 18
                     : attrs.transformation == "tf_half_pixel_for_nn" ? 11
                                                                      : 13;
  return std::max(byForm, sinceOfType({.base = 11}, inputType(node, graph, 0)));
}

}  // namespace

constinit const Op resize{
    .name = "Resize",
    .since = 13,
    .sinceFor = sinceFor,
    .maxInputs = 4,
    .attributes = ResizeAttributes::read,
    .infer = infer,
    .reference = reference,
    .scratch = scratch,
    .cost = cost,
};

}  // namespace ridge::ops
