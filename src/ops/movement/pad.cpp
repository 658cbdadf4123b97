// Pad.
#include "ops/movement/pad.h"

#include <algorithm>
#include <cstring>

#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {

PadAmounts padAmounts(std::span<const int64_t> pads, std::optional<std::span<const int64_t>> axes,
                      int64_t rank) {
  const size_t count = axes ? axes->size() : static_cast<size_t>(rank);
  if (pads.size() != 2 * count)
    failInput("there are " + std::to_string(pads.size()) + " pads for " + std::to_string(count) + " axes");
  const auto axisCount = static_cast<size_t>(rank);
  PadAmounts amounts{InlineVector<int64_t, 32>(axisCount), InlineVector<int64_t, 32>(axisCount)};
  InlineVector<uint8_t, 32> named(axisCount);
  for (size_t at = 0; at < count; ++at) {
    const auto axis = axes ? static_cast<size_t>(normalizeAxis((*axes)[at], rank)) : at;
    if (named[axis]) failInput("an axis is named twice");
    named[axis] = 1;
    constexpr int64_t kMost = int64_t{1} << 48;  // far beyond any memory, and sums stay in range
    if (std::min(pads[at], pads[count + at]) < -kMost || std::max(pads[at], pads[count + at]) > kMost)
      failInput("a pad is out of range");
    amounts.before[axis] = pads[at];
    amounts.after[axis] = pads[count + at];
  }
  return amounts;
}

std::optional<PadAmounts> constantPadAmounts(const Node& node, const Graph& graph) {
  const Shape& shape = graph.value(node.in[0]).shape;
  const Tensor* pads = graph.constant(node.in[1]);
  const bool hasAxes = node.in.size() > 3 && node.in[3] != kNoValue;
  const Tensor* axes = hasAxes ? graph.constant(node.in[3]) : nullptr;
  if (!shape.ranked() || !pads || (hasAxes && !axes)) return std::nullopt;
  const std::vector<int64_t> axisValues = axes ? toInts(*axes) : std::vector<int64_t>{};
  return padAmounts(toInts(*pads), axes ? std::optional(std::span(axisValues)) : std::nullopt, shape.rank());
}

namespace {

enum class Mode { constant, reflect, edge, wrap };

std::optional<Mode> modeFrom(const std::string& name) {
  if (name == "constant") return Mode::constant;
  if (name == "reflect") return Mode::reflect;
  if (name == "edge") return Mode::edge;
  if (name == "wrap") return Mode::wrap;
  return std::nullopt;
}

Dim paddedDim(const InferContext& c, const Dim& dim, int64_t before, int64_t after) {
  int64_t size = before + after;
  if (!dim.isInteger()) return size == 0 ? dim : Dim();
  if (__builtin_add_overflow(size, dim.value(), &size)) c.fail("a pad is out of range");
  c.require(size >= 0, "the pads remove more than there is");
  const Mode mode = *modeFrom(c.attrs<PadAttributes>().mode);
  c.require(mode == Mode::constant || dim.value() > 0 || size == 0,
            "there is nothing to repeat in an empty dimension");
  return size;
}

void infer(InferContext& c) {
  if (!modeFrom(c.attrs<PadAttributes>().mode))
    c.fail("there is no padding mode " + c.attrs<PadAttributes>().mode);
  c.require(!c.has(2) || c.type(2) == c.type(0) || c.type(2) == DType::undefined,
            "the padding value has another type than the data");
  if (c.has(2) && c.shape(2).isStatic())
    c.require(*c.shape(2).count() == 1, "the padding value must be a scalar");
  c.require(!c.shape(1).ranked() || c.shape(1).rank() == 1, "the pads are no list");
  const Shape& shape = c.shape(0);
  if (!shape.ranked()) return c.output(0, c.type(0), Shape());
  const auto pads = c.integers(1), axes = c.integers(3);
  if (!pads || (c.has(3) && !axes)) return c.output(0, c.type(0), unknownShape(shape.rank()));
  const PadAmounts amounts =
      padAmounts(*pads, axes ? std::optional(std::span(*axes)) : std::nullopt, shape.rank());
  std::vector<Dim> dims = shape.dims();
  for (size_t axis = 0; axis < dims.size(); ++axis)
    dims[axis] = paddedDim(c, dims[axis], amounts.before[axis], amounts.after[axis]);
  c.output(0, c.type(0), Shape(std::move(dims)));
}

int64_t modulo(int64_t x, int64_t period) {
  const int64_t rest = x % period;
  return rest < 0 ? rest + period : rest;
}

// Place `at` of an axis that goes on beyond its `size` elements.
int64_t repeated(Mode mode, int64_t at, int64_t size) {
  if (mode == Mode::edge) return std::clamp<int64_t>(at, 0, size - 1);
  if (mode == Mode::wrap) return modulo(at, size);
  if (size == 1) return 0;
  const int64_t period = 2 * (size - 1), rest = modulo(at, period);
  return rest < size ? rest : period - rest;
}

// What is left of every axis once negative pads have removed their part.
struct Kept {
  InlineVector<int64_t, 32> begin, size;
};

Kept keptOf(const KernelContext& k, const PadAmounts& amounts, Mode mode) {
  Kept kept;
  const TensorView &in = k.input(0), &out = k.output(0);
  for (size_t axis = 0; axis < in.dims.size(); ++axis) {
    const int64_t begin = std::max<int64_t>(0, -amounts.before[axis]);
    const int64_t size = in.dims[axis] - begin - std::max<int64_t>(0, -amounts.after[axis]);
    if (mode != Mode::constant && size <= 0 && out.count() > 0)
      k.fail("there is nothing to repeat in an empty dimension");
    kept.begin.push_back(begin);
    kept.size.push_back(size);
  }
  return kept;
}

// Fills the output with the padding value.
void fill(const KernelContext& k) {
  const TensorView& out = k.output(0);
  std::memset(out.data, 0, bytesOf(out.type, out.count()));
  if (!k.has(2)) return;
  const ElementMover value(k, k.input(2), out);
  for (int64_t at = 0; at < out.count(); ++at) value.move(0, at);
}

void requirePlanned(const KernelContext& k, const PadAmounts& amounts) {
  for (size_t axis = 0; axis < amounts.before.size(); ++axis) {
    int64_t size = k.input(0).dims[axis];
    const bool overflows = __builtin_add_overflow(size, amounts.before[axis], &size) ||
                           __builtin_add_overflow(size, amounts.after[axis], &size);
    if (overflows || size != k.output(0).dims[axis]) k.fail("the pads lead to another shape than planned");
  }
}

void reference(KernelContext& k) {
  const TensorView &in = k.input(0), &out = k.output(0);
  const Mode mode = *modeFrom(k.attrs<PadAttributes>().mode);
  if (k.has(2) && k.input(2).count() != 1) k.fail("the padding value must be a scalar");
  const auto pads = fewInts(k.input(1)), axes = k.has(3) ? fewInts(k.input(3)) : InlineVector<int64_t, 64>();
  const PadAmounts amounts =
      padAmounts(pads, k.has(3) ? std::optional<std::span<const int64_t>>(axes) : std::nullopt,
                 static_cast<int64_t>(in.dims.size()));
  requirePlanned(k, amounts);
  const Kept kept = keptOf(k, amounts, mode);
  const ElementMover mover(k, in, out);
  if (mode == Mode::constant) fill(k);
  const AxisValues strides = stridesOf(in.dims);
  for (int64_t at = 0, count = out.count(); at < count; ++at) {
    int64_t from = 0;
    bool inside = true;
    for (size_t axis = out.dims.size(), rest = static_cast<size_t>(at); axis-- > 0 && inside;) {
      const auto extent = static_cast<size_t>(out.dims[axis]);
      const int64_t place = static_cast<int64_t>(rest % extent) - amounts.before[axis];
      const int64_t inKept = place - kept.begin[axis], size = kept.size[axis];
      inside = mode != Mode::constant || (inKept >= 0 && inKept < size);
      const int64_t source = mode == Mode::constant ? inKept : repeated(mode, inKept, size);
      from += (kept.begin[axis] + source) * strides[axis];
      rest /= extent;
    }
    if (inside) mover.move(from, at);
  }
}

int sinceFor(const Node& node, const Graph& graph) {
  const bool axes = node.in.size() > 3 && node.in[3] != kNoValue;
  const int byForm = node.as<PadAttributes>().mode == "wrap" ? 19 : axes ? 18 : 11;
  return std::max(byForm, sinceOfType({.base = 11, .boolean = 13, .float8 = 21}, inputType(node, graph, 0)));
}

}  // namespace

constinit const Op pad{
    .name = "Pad",
    .since = 11,
    .sinceFor = sinceFor,
    .minInputs = 2,
    .maxInputs = 4,
    .attributes = PadAttributes::read,
    .infer = infer,
    .reference = reference,
};

}  // namespace ridge::ops
