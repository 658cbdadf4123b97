// Scan: a body runs over the slices of its inputs.
#include "ops/control/scan.h"

#include <cstring>

#include "base/error.h"
#include "ops/control/control.h"
#include "ops/infer_support.h"
#include "ops/ops.h"

namespace ridge::ops {
namespace {

constexpr std::string_view kBodies[] = {"body"};

using Ints = std::vector<int64_t>;

Shape without(const Shape& shape, int64_t axis) {
  std::vector<Dim> dims = shape.dims();
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  return Shape(std::move(dims));
}

void requireLists(const InferContext& c, size_t states, size_t scans) {
  const auto& attrs = c.attrs<ScanAttributes>();
  const size_t collected = c.outputCount() - states;
  const auto fits = [&](const Ints& list, size_t count) {
    c.require(list.empty() || list.size() == count, "a list of axes or directions has another length");
  };
  fits(attrs.inputAxes, scans);
  fits(attrs.inputDirections, scans);
  fits(attrs.outputAxes, collected);
  fits(attrs.outputDirections, collected);
}

void infer(InferContext& c) {
  const auto& attrs = c.attrs<ScanAttributes>();
  const size_t inputs = c.formalCount();
  c.require(attrs.scanInputs >= 1 && attrs.scanInputs <= static_cast<int64_t>(inputs),
            "num_scan_inputs is out of range");
  const auto scans = static_cast<size_t>(attrs.scanInputs);
  const size_t states = inputs - scans;
  c.require(c.outputCount() >= states, "it has fewer outputs than states");
  requireLists(c, states, scans);
  std::vector<ValueType> formal;
  Dim length;
  for (size_t at = 0; at < inputs; ++at) {
    formal.push_back(c.valueType(at));
    c.require(formal.back().container == Container::tensor, "its inputs are tensors");
    if (at < states) continue;
    formal.back().contents.reset();
    Shape& shape = formal.back().shape;
    if (!shape.ranked()) continue;
    const int64_t axis = axisOf(c, ScanAttributes::entry(attrs.inputAxes, at - states), shape.rank());
    length = merge(length, shape[axis]);
    shape = without(shape, axis);
  }
  const auto results = inferCarried(c, formal, 0, states, 0);
  c.require(results.size() == c.outputCount(), "its body does not have as many outputs as it has");
  for (size_t at = 0; at < states; ++at) c.output(at, formal[at]);
  for (size_t at = states; at < results.size(); ++at) {
    Shape shape = results[at].shape;
    if (shape.ranked()) {
      std::vector<Dim> dims = shape.dims();
      const int64_t axis = axisOf(c, ScanAttributes::entry(attrs.outputAxes, at - states), shape.rank() + 1);
      dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(axis), length);
      shape = Shape(std::move(dims));
    }
    c.output(at, results[at].type, shape);
  }
}

Tensor sliceOf(const EvaluateContext& c, const Tensor& whole, size_t axis, int64_t index) {
  Dims dims = whole.dims();
  const int64_t length = dims[axis];
  const int64_t outer = elementCount(std::span(dims).first(axis));
  const int64_t inner = elementCount(std::span(dims).subspan(axis + 1));
  dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  const int bits = bitsOf(whole.type());
  if (bits == 0 || inner * bits % 8 != 0)
    c.fail("it cannot run over elements of type " + std::string(name(whole.type())));
  Tensor slice = Tensor::allocate(whole.type(), dims);
  const auto run = static_cast<size_t>(inner * bits / 8);
  if (slice.count() == 0) return slice;
  for (int64_t row = 0; row < outer; ++row)
    std::memcpy(slice.mutableBytes().data() + static_cast<size_t>(row) * run,
                whole.bytes().data() + static_cast<size_t>(row * length + index) * run, run);
  return slice;
}

// The axis and length of every scanned input, checked.
struct Scanned {
  std::vector<size_t> axes;
  int64_t length = -1;

  Scanned(const EvaluateContext& c, size_t states) {
    for (size_t at = states; at < c.inputCount(); ++at) {
      const Tensor& whole = c.tensor(at);
      const int64_t axis = normalizeAxis(
          ScanAttributes::entry(c.attrs<ScanAttributes>().inputAxes, at - states), whole.rank());
      axes.push_back(static_cast<size_t>(axis));
      const int64_t here = whole.dims()[axes.back()];
      if (length >= 0 && here != length) c.fail("its inputs have different lengths");
      length = here;
    }
  }
};

void evaluate(EvaluateContext& c) {
  const auto& attrs = c.attrs<ScanAttributes>();
  const size_t scans = static_cast<size_t>(attrs.scanInputs), states = c.inputCount() - scans;
  const Scanned scanned(c, states);
  std::vector<Datum> values;
  for (size_t at = 0; at < states; ++at) values.push_back(c.input(at));
  std::vector<Stack> stacks(c.outputCount() - states);
  for (int64_t iteration = 0; iteration < scanned.length; ++iteration) {
    std::vector<Datum> formal = values;
    for (size_t at = 0; at < scans; ++at) {
      const bool backward = ScanAttributes::entry(attrs.inputDirections, at) != 0;
      formal.emplace_back(sliceOf(c, c.tensor(states + at), scanned.axes[at],
                                  backward ? scanned.length - 1 - iteration : iteration));
    }
    std::vector<Datum> results = withContext([&] { return "iteration " + std::to_string(iteration); },
                                             [&] { return c.run(0, std::move(formal)); });
    if (results.size() != c.outputCount()) c.fail("the body has another number of outputs");
    for (size_t at = 0; at < states; ++at) values[at] = std::move(results[at]);
    for (size_t at = 0; at < stacks.size(); ++at)
      if (c.wants(states + at)) stacks[at].add(c, results[states + at]);
  }
  for (size_t at = 0; at < states; ++at) c.set(at, std::move(values[at]));
  const Graph& body = *c.node().bodies[0];
  for (size_t at = 0; at < stacks.size(); ++at)
    if (c.wants(states + at))
      c.set(states + at, stacks[at].join(c, ScanAttributes::entry(attrs.outputAxes, at),
                                         ScanAttributes::entry(attrs.outputDirections, at) != 0,
                                         body.value(body.outputs()[states + at].value)));
}

int sinceFor(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<ScanAttributes>();
  const int byType = sinceOfValues(node, graph, 9);
  for (const Ints* axes : {&attrs.inputAxes, &attrs.outputAxes})
    for (const int64_t axis : *axes)
      if (axis < 0) return std::max(byType, 11);
  return byType;
}

}  // namespace

constinit const Op scan{
    .name = "Scan",
    .since = 9,
    .sinceFor = sinceFor,
    .minInputs = 1,
    .maxInputs = -1,
    .minOutputs = 1,
    .maxOutputs = -1,
    .attributes = ScanAttributes::read,
    .infer = infer,
    .evaluate = evaluate,
    .bodies = kBodies,
    .traits = kRunsBodies,
};

}  // namespace ridge::ops
