#include "grower.h"

namespace ridge::test {

namespace {

Known indices(Grower& g, const Dims& dims, int64_t size, DType type = DType::i64) {
  std::vector<double> values(static_cast<size_t>(elementCount(dims)));
  for (double& value : values) value = size > 0 ? static_cast<double>(g.spelled(g.pick(size), size)) : 0;
  return g.constant(type, dims, values);
}

std::optional<Known> anything(Grower& g, int64_t leastRank = 1) {
  return g.choose([&](const Known& x) { return x.rank() >= leastRank && x.count() > 0; });
}

void gather(Grower& g) {
  const auto x = anything(g);
  if (!x) return;
  const int64_t axis = g.pick(x->rank()), size = x->dims()[static_cast<size_t>(axis)];
  const Known at = indices(g, g.someDims(g.pick(3)), size, g.chance(30) ? DType::i32 : DType::i64);
  g.add({ops::gather, {*x, at}, {{"axis", g.spelled(axis, x->rank())}}});
}

/// Indices that are computed: small integers of the graph that happen to fit.
void gatherComputed(Grower& g) {
  const auto x = anything(g);
  const auto at = g.choose([](const Known& v) { return v.type() == DType::i64 || v.type() == DType::i32; });
  if (x && at) g.add({ops::gather, {*x, *at}, {{"axis", g.pick(x->rank())}}});
}

void gatherElements(Grower& g) {
  const auto x = anything(g);
  if (!x) return;
  const int64_t axis = g.pick(x->rank());
  Dims dims = x->dims();
  dims[static_cast<size_t>(axis)] = 1 + g.pick(4);
  const Known at = indices(g, dims, x->dims()[static_cast<size_t>(axis)]);
  g.add({ops::gatherElements, {*x, at}, {{"axis", g.spelled(axis, x->rank())}}});
}

void gatherNd(Grower& g) {
  const auto x = anything(g);
  if (!x) return;
  const int64_t depth = 1 + g.pick(x->rank()), rows = 1 + g.pick(3);
  Ints at;
  for (int64_t row = 0; row < rows; ++row)
    for (int64_t axis = 0; axis < depth; ++axis) at.push_back(g.pick(x->dims()[static_cast<size_t>(axis)]));
  g.add(
      {.op = ops::gatherNd, .in = {*x, g.constant(Tensor::of({rows, depth}, std::span<const int64_t>(at)))}});
}

void scatterElements(Grower& g) {
  const auto x = anything(g);
  if (!x) return;
  const int64_t axis = g.pick(x->rank());
  Dims dims = x->dims();
  for (int64_t& dim : dims)
    if (g.chance(40)) dim = 1;
  const Known at = indices(g, dims, x->dims()[static_cast<size_t>(axis)]);
  const bool adds = g.chance(40) && x->type() != DType::boolean;
  // Without a reduction the order of equal indices is not defined: one index along the axis.
  if (!adds && dims[static_cast<size_t>(axis)] != 1) return;
  g.add({ops::scatterElements,
         {*x, at, g.someConstant(x->type(), dims)},
         {{"axis", g.spelled(axis, x->rank())}, {"reduction", std::string(adds ? "add" : "none")}},
         adds && isFloat(x->type()) ? Rounding::rounded : Rounding::exact});
}

void scatterNd(Grower& g) {
  const auto x = anything(g);
  if (!x) return;
  const Known at = indices(g, {1, 1}, x->dims()[0]);
  Dims dims(x->dims());
  dims[0] = 1;
  g.add({.op = ops::scatterNd, .in = {*x, at, g.someConstant(x->type(), dims)}});
}

void nonZero(Grower& g) {
  const auto x = g.choose([](const Known& v) { return v.noise == 0 && v.rank() > 0; });
  if (x) g.add({ops::nonZero, {*x}, {}, Rounding::jumps});
}

void unique(Grower& g) {
  const auto x = g.choose([](const Known& v) {
    return v.noise == 0 && v.rank() > 0 && v.count() > 0 && v.type() != DType::boolean;
  });
  if (!x) return;
  std::vector<GraphMaker::Attribute> attributes{{"sorted", g.pick(2)}};
  if (g.chance(40)) attributes.emplace_back("axis", g.spelled(g.pick(x->rank()), x->rank()));
  g.addAll({ops::unique, {*x}, attributes, Rounding::jumps, static_cast<int>(1 + g.pick(4))});
}

void compress(Grower& g) {
  const auto x = anything(g);
  if (!x) return;
  if (g.chance(40))
    return (void)g.add(
        {.op = ops::compress, .in = {*x, g.someConstant(DType::boolean, {1 + g.pick(x->count())})}});
  const int64_t axis = g.pick(x->rank());
  const auto computed = g.choose([&](const Known& v) {
    return v.type() == DType::boolean && v.rank() == 1 && v.count() <= x->dims()[static_cast<size_t>(axis)];
  });
  const Known mask =
      computed ? *computed : g.someConstant(DType::boolean, {x->dims()[static_cast<size_t>(axis)]});
  g.add({ops::compress, {*x, mask}, {{"axis", g.spelled(axis, x->rank())}}});
}

void oneHot(Grower& g) {
  const auto x = g.choose([](const Known& v) { return isInteger(v.type()) && v.count() <= 24; });
  if (!x) return;
  const Known depth = g.constant(DType::i64, {}, {static_cast<double>(1 + g.pick(4))});
  g.add({ops::oneHot, {*x, depth, g.someConstant(DType::f32, {2})}, {{"axis", g.pick(2) - 1}}});
}

void range(Grower& g) {
  const auto limit = g.choose([](const Known& v) { return v.type() == DType::i64 && v.rank() == 0; });
  const Known start = g.constant(DType::i64, {}, {static_cast<double>(g.pick(3))}),
              step = g.constant(DType::i64, {}, {static_cast<double>(1 + g.pick(2))});
  g.add({.op = ops::rangeOf,
         .in = {start, limit ? *limit : g.constant(DType::i64, {}, {static_cast<double>(g.pick(9))}), step}});
}

void reverseSequence(Grower& g) {
  const auto x = anything(g, 2);
  if (!x) return;
  const int64_t batch = g.pick(2);
  Ints lengths;
  for (int64_t row = 0; row < x->dims()[static_cast<size_t>(batch)]; ++row)
    lengths.push_back(1 + g.pick(x->dims()[static_cast<size_t>(1 - batch)]));
  g.add({ops::reverseSequence, {*x, g.ints(lengths)}, {{"batch_axis", batch}, {"time_axis", 1 - batch}}});
}

void eyeLike(Grower& g) {
  const auto x = g.choose([](const Known& v) { return v.rank() == 2; });
  if (x) g.add({ops::eyeLike, {*x}, {{"k", g.pick(3) - 1}}});
}

/// Several tensors into a sequence and out of it again.
void sequence(Grower& g) {
  const auto x = g.choose([](const Known& v) { return v.noise == 0 && v.rank() > 0; });
  if (!x) return;
  std::optional<Known> parts;
  if (g.chance(50)) {
    parts = g.add({ops::splitToSequence, {*x}, {{"axis", g.pick(x->rank())}, {"keepdims", g.pick(2)}}});
  } else {
    const auto same = g.choose(
        [&](const Known& v) { return v.noise == 0 && v.type() == x->type() && v.dims() == x->dims(); });
    parts = g.add({.op = ops::sequenceConstruct, .in = {*x, *same, *x}});
  }
  if (!parts || !parts->data.sequence) return;
  switch (g.pick(3)) {
    case 0:
      return (void)g.add({.op = ops::sequenceLength, .in = {*parts}});
    case 1:
      return (void)g.add({.op = ops::sequenceAt,
                          .in = {*parts, g.constant(DType::i64, {}, {static_cast<double>(-g.pick(2))})}});
    default:
      return (void)g.add(
          {ops::concatFromSequence, {*parts}, {{"axis", int64_t{0}}, {"new_axis", g.pick(2)}}});
  }
}

}  // namespace

std::vector<NodeMaker> indexMakers() {
  return {{gather, 4},    {gatherComputed, 1},  {gatherElements, 1}, {gatherNd, 1}, {scatterElements, 2},
          {scatterNd, 1}, {nonZero, 1},         {unique, 1},         {compress, 1}, {oneHot, 1},
          {range, 1},     {reverseSequence, 1}, {eyeLike, 1},        {sequence, 1}};
}

}  // namespace ridge::test
