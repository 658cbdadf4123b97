// TopK: the k largest or smallest elements along an axis, best first; of equal ones the first comes first.
#include <algorithm>
#include <cmath>

#include "ops/cost_support.h"
#include "ops/index/index_support.h"

namespace ridge::ops {
namespace {

struct TopKAttributes : AttributesOf<TopKAttributes> {
  int64_t axis = -1;
  bool largest = true;
  bool sorted = true;  // without it any order will do: ours is the sorted one

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
    v("largest", self.largest);
    v("sorted", self.sorted);
  }
};

void inferOutputs(InferContext& c, const Shape& shape) {
  c.output(0, c.type(0), shape);
  c.output(1, DType::i64, shape);
}

void infer(InferContext& c) {
  const DType type = c.type(0);
  c.require(type == DType::undefined || isFloat(type) || isInteger(type), "TopK needs numbers");
  const auto kept = knownScalar(c, 1);
  c.require(!kept || *kept >= 0, "k is negative");
  const Shape& shape = c.shape(0);
  if (!shape.ranked()) return inferOutputs(c, Shape());
  requireRank(c, 0, 1);
  std::vector<Dim> dims = shape.dims();
  Dim& dim = dims[static_cast<size_t>(axisOf(c, c.attrs<TopKAttributes>().axis, shape.rank()))];
  c.require(!kept || !dim.isInteger() || *kept <= dim.value(), "k is larger than the axis");
  dim = kept ? Dim(*kept) : Dim();
  inferOutputs(c, Shape(std::move(dims)));
}

// A total order: NaN is larger than any number, as in sorting.
template <class T>
bool below(T x, T y) {
  if constexpr (std::is_floating_point_v<T>) return std::isnan(y) ? !std::isnan(x) : x < y;
  return x < y;
}

struct Selection {
  Lines in, out;
  bool largest;
};

template <class T>
void selectLines(const KernelContext& k, const Selection& s) {
  const auto length = static_cast<size_t>(s.in.length), kept = static_cast<size_t>(s.out.length);
  auto* values = reinterpret_cast<T*>(k.scratch().data());
  auto* order = reinterpret_cast<int64_t*>(k.scratch().data() + length * sizeof(int64_t));
  const auto better = [&](int64_t a, int64_t b) {
    const T x = values[a], y = values[b];
    if (below(x, y)) return !s.largest;
    if (below(y, x)) return s.largest;
    return a < b;
  };
  for (int64_t line = 0; line < s.in.count; ++line) {
    loadNumbers(k.input(0), s.in.first(line), s.in.stride, s.in.length, values);
    for (size_t at = 0; at < length; ++at) order[at] = static_cast<int64_t>(at);
    std::partial_sort(order, order + kept, order + length, better);
    for (size_t at = 0; at < kept; ++at) {
      const int64_t to = s.out.first(line) + static_cast<int64_t>(at) * s.out.stride;
      if (k.wants(0)) storeNumber<T>(k.output(0), to, values[order[at]]);
      if (k.wants(1)) storeNumber<int64_t>(k.output(1), to, order[at]);
    }
  }
}

void reference(KernelContext& k) {
  const TensorView& in = k.input(0);
  const auto axis = static_cast<size_t>(
      normalizeAxis(k.attrs<TopKAttributes>().axis, static_cast<int64_t>(in.dims.size())));
  const auto dims = k.output(k.wants(0) ? 0 : 1).dims;
  const Selection s{linesOf(in.dims, axis), linesOf(dims, axis), k.attrs<TopKAttributes>().largest};
  if (scalarOf(k, 1) != s.out.length) k.fail("k is another one than planned");
  if (s.out.length > s.in.length) k.fail("k is larger than the axis");
  if (in.count() == 0) return;
  withArithmeticClass(in.type, [&]<class T>() { selectLines<T>(k, s); });
}

size_t scratch(const Node& node, const Graph& graph) {
  const Shape& shape = graph.value(node.in[0]).shape;
  const int64_t length = shape[normalizeAxis(node.as<TopKAttributes>().axis, shape.rank())].value();
  return static_cast<size_t>(length) * 2 * sizeof(int64_t);
}

int sinceFor(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<TopKAttributes>();
  const int byForm = !attrs.largest || !attrs.sorted || attrs.axis < -1 ? 11 : 10;
  return std::max(byForm, sinceOfType({.base = 10, .bf16 = 24, .ints = 11}, inputType(node, graph, 0)));
}

}  // namespace

constinit const Op topK{
    .name = "TopK",
    .since = 11,
    .sinceFor = sinceFor,
    .minInputs = 2,
    .maxInputs = 2,
    .minOutputs = 2,
    .maxOutputs = 2,
    .attributes = TopKAttributes::read,
    .infer = infer,
    .reference = reference,
    .scratch = scratch,
    .cost = costPerInput<1>,
};

}  // namespace ridge::ops
