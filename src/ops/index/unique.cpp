// Unique: the different slices of an axis (or elements of the flattened input), where each is first, which
// one every slice is, and how often each is there.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>

#include "ops/index/index_support.h"

namespace ridge::ops {
namespace {

struct UniqueAttributes : AttributesOf<UniqueAttributes> {
  std::optional<int64_t> axis;  // absent: the input is flattened
  bool sorted = true;           // ascending; else in the order of the input

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
    v("sorted", self.sorted);
  }
};

void infer(InferContext& c) {
  const auto& attrs = c.attrs<UniqueAttributes>();
  const Shape& in = c.shape(0);
  for (size_t at = 1; at < 4; ++at) c.output(at, DType::i64, unknownShape(1));
  if (!attrs.axis) return c.output(0, c.type(0), unknownShape(1));
  if (!in.ranked()) return c.output(0, c.type(0), Shape());
  requireRank(c, 0, 1);
  std::vector<Dim> dims = in.dims();
  dims[static_cast<size_t>(axisOf(c, *attrs.axis, in.rank()))] = Dim();
  c.output(0, c.type(0), Shape(std::move(dims)));
}

// A total order in which NaN equals NaN and is larger than any number.
template <class T>
int compare(const T& x, const T& y) {
  if constexpr (std::is_floating_point_v<T>)
    if (std::isnan(x) || std::isnan(y))
      return static_cast<int>(std::isnan(x)) - static_cast<int>(std::isnan(y));
  return x < y ? -1 : y < x ? 1 : 0;
}

struct Groups {
  std::vector<int64_t> first;   // of each different slice
  std::vector<int64_t> member;  // of each slice: which different one it is
  std::vector<int64_t> count;
};

// Slice s is elements[s * size] to elements[(s + 1) * size].
template <class T>
Groups grouped(const std::vector<T>& elements, int64_t slices, int64_t size, bool sorted) {
  const auto compared = [&](int64_t a, int64_t b) {
    for (int64_t at = 0; at < size; ++at)
      if (const int order = compare(elements[static_cast<size_t>(a * size + at)],
                                    elements[static_cast<size_t>(b * size + at)]))
        return order;
    return 0;
  };
  std::vector<int64_t> order(static_cast<size_t>(slices));
  std::iota(order.begin(), order.end(), int64_t{0});
  std::sort(order.begin(), order.end(), [&](int64_t a, int64_t b) {
    const int relation = compared(a, b);
    return relation != 0 ? relation < 0 : a < b;
  });
  std::vector<std::vector<int64_t>> runs;  // equal slices, the first one in front
  for (int64_t part : order) {
    if (runs.empty() || compared(runs.back().front(), part) != 0) runs.emplace_back();
    runs.back().push_back(part);
  }
  if (!sorted)
    std::sort(runs.begin(), runs.end(), [](const auto& a, const auto& b) { return a.front() < b.front(); });
  Groups groups{{}, std::vector<int64_t>(order.size()), {}};
  for (const auto& run : runs) {
    for (int64_t part : run)
      groups.member[static_cast<size_t>(part)] = static_cast<int64_t>(groups.first.size());
    groups.first.push_back(run.front());
    groups.count.push_back(static_cast<int64_t>(run.size()));
  }
  return groups;
}

// Element `e` of slice `s`, in row-major order, lies at lines.first(e) + s * lines.stride.
template <class T, class Load>
Groups groupedBy(const Lines& lines, bool sorted, Load load) {
  std::vector<T> elements;
  elements.reserve(static_cast<size_t>(lines.length * lines.count));
  for (int64_t part = 0; part < lines.length; ++part)
    for (int64_t at = 0; at < lines.count; ++at)
      elements.push_back(load(lines.first(at) + part * lines.stride));
  return grouped(elements, lines.length, lines.count, sorted);
}

Groups groupsOf(const Tensor& in, const Lines& lines, bool sorted) {
  if (in.type() == DType::string)
    return groupedBy<std::string>(lines, sorted,
                                  [&](int64_t at) { return in.strings()[static_cast<size_t>(at)]; });
  return withNumberClass(in.type(), [&]<class T>() {
    using Element = std::conditional_t<std::is_same_v<T, bool>, uint64_t, T>;
    return groupedBy<Element>(lines, sorted, [&](int64_t at) { return loadNumber<Element>(viewOf(in), at); });
  });
}

void evaluate(EvaluateContext& c) {
  const auto& attrs = c.attrs<UniqueAttributes>();
  const Tensor in = attrs.axis ? c.tensor(0) : c.tensor(0).reshaped({c.tensor(0).count()});
  const auto axis = static_cast<size_t>(normalizeAxis(attrs.axis.value_or(0), in.rank()));
  const Groups groups = in.count() == 0 ? Groups() : groupsOf(in, linesOf(in.dims(), axis), attrs.sorted);
  if (c.wants(0)) c.set(0, selectAlong(in, axis, groups.first));
  if (c.wants(1)) c.set(1, vectorOf(groups.first));
  if (c.wants(2)) c.set(2, vectorOf(groups.member));
  if (c.wants(3)) c.set(3, vectorOf(groups.count));
}

}  // namespace

constinit const Op unique{
    .name = "Unique",
    .since = 11,
    .sinceFor = sinceByType<SinceTable{.base = 11, .bf16 = 28}>,
    .minOutputs = 1,
    .maxOutputs = 4,
    .attributes = UniqueAttributes::read,
    .infer = infer,
    .evaluate = evaluate,
};

}  // namespace ridge::ops
