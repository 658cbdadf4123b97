// Range: start, start + delta, ... before limit.
#include <cmath>
#include <limits>
#include <optional>

#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

struct RangeAttributes : AttributesOf<RangeAttributes> {
  int64_t stashType = 1;  // the type that small floats are counted in; double holds any

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("stash_type", self.stashType);
  }
};

int64_t integerCount(const InferContext& c, int64_t start, int64_t limit, int64_t delta) {
  c.require(delta != 0, "the step is 0");
  if (delta > 0 ? start >= limit : start <= limit) return 0;
  // Differences as unsigned numbers: they may not fit an int64.
  const auto u = [](int64_t x) { return static_cast<uint64_t>(x); };
  const uint64_t distance = delta > 0 ? u(limit) - u(start) : u(start) - u(limit);
  const uint64_t step = delta > 0 ? u(delta) : -u(delta);
  const uint64_t count = (distance - 1) / step + 1;
  c.require(count <= u(std::numeric_limits<int64_t>::max()), "the range is longer than any memory");
  return static_cast<int64_t>(count);
}

int64_t realCount(const InferContext& c, double start, double limit, double delta) {
  c.require(delta != 0.0, "the step is 0");
  const double count = std::ceil((limit - start) / delta);
  c.require(count < 1e18, "the range is longer than any memory, or not a number");
  return static_cast<int64_t>(std::fmax(count, 0.0));
}

std::optional<int64_t> countOf(const InferContext& c, DType type) {
  for (size_t at = 0; at < 3; ++at) {
    if (c.shape(at).isStatic())
      c.require(*c.shape(at).count() == 1, "start, limit and delta must be scalars");
    if (isFloat(type) && !c.constant(at)) return std::nullopt;
  }
  if (isFloat(type)) {
    const auto scalar = [&](size_t at) { return toDoubles(*c.constant(at)).front(); };
    return realCount(c, scalar(0), scalar(1), scalar(2));
  }
  int64_t values[3];
  for (size_t at = 0; at < 3; ++at) {
    const auto known = c.constant(at) ? toInts(*c.constant(at)) : c.integers(at);
    if (!known || known->size() != 1) return std::nullopt;
    values[at] = known->front();
  }
  return integerCount(c, values[0], values[1], values[2]);
}

/// A dimension counted up from 0 by ones.
Dim countedDim(const InferContext& c) {
  const auto start = c.integers(0), delta = c.integers(2);
  const auto limit = c.contents(1);
  const bool counts = start && delta && limit && start->size() == 1 && start->front() == 0 &&
                      delta->size() == 1 && delta->front() == 1 && limit->size() == 1;
  return counts && limit->front().isSymbol() ? limit->front() : Dim();
}

void infer(InferContext& c) {
  constexpr int64_t kMostContents = 4096;
  const DType type = requireSameType(c);
  c.require(type == DType::undefined || isFloat(type) || isInteger(type),
            "start, limit and delta must be numbers");
  const auto count = countOf(c, type);
  c.output(0, type, Shape({count ? Dim(*count) : isInteger(type) ? countedDim(c) : Dim()}));
  const auto start = c.integers(0), delta = c.integers(2);
  if (!count || *count > kMostContents || type != DType::i64 || !start || !delta) return;
  std::vector<Dim> contents;  // at most `limit`, so nothing overflows
  for (int64_t at = 0; at < *count; ++at) contents.push_back(start->front() + at * delta->front());
  c.outputContents(0, std::move(contents));
}

void reference(KernelContext& k) {
  const TensorView& out = k.output(0);
  withArithmeticClass(out.type, [&]<class T>() {
    const auto start = static_cast<Wrapping<T>>(loadNumber<T>(k.input(0), 0));
    const auto delta = static_cast<Wrapping<T>>(loadNumber<T>(k.input(2), 0));
    for (int64_t at = 0; at < out.count(); ++at)
      storeNumber<T>(out, at, static_cast<T>(start + static_cast<Wrapping<T>>(at) * delta));
  });
}

int sinceFor(const Node& node, const Graph& graph) {
  const DType type = inputType(node, graph, 0);
  return type == DType::f16 || type == DType::bf16 ? 27 : 11;
}

}  // namespace

constinit const Op rangeOf{
    .name = "Range",
    .since = 11,
    .sinceFor = sinceFor,
    .minInputs = 3,
    .maxInputs = 3,
    .attributes = RangeAttributes::read,
    .infer = infer,
    .reference = reference,
};

}  // namespace ridge::ops
