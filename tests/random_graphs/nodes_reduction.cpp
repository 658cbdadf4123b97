#include "grower.h"

namespace ridge::test {

namespace {

struct Kind {
  const Op* op;
  Rounding rounding = Rounding::rounded;
};

void reduce(Grower& g) {
  static const std::vector<Kind> kinds{{&ops::reduceL1},
                                       {&ops::reduceL2},
                                       {&ops::reduceLogSum},
                                       {&ops::reduceLogSumExp},
                                       {&ops::reduceMean},
                                       {&ops::reduceMean},
                                       {&ops::reduceMax, Rounding::exact},
                                       {&ops::reduceMin, Rounding::exact},
                                       {&ops::reduceProd},
                                       {&ops::reduceSum},
                                       {&ops::reduceSum},
                                       {&ops::reduceSumSquare}};
  const Kind kind = g.oneOf(kinds);
  const auto x = g.choose(
      [&](const Known& v) { return isFloat(v.type()) || v.type() == DType::i32 || v.type() == DType::i64; });
  if (!x) return;
  std::vector<Known> in{*x};
  Ints axes;
  for (int64_t axis = 0; axis < x->rank(); ++axis)
    if (g.chance(45)) axes.push_back(g.spelled(axis, x->rank()));
  if (g.chance(85)) in.push_back(g.ints(axes));
  g.add({*kind.op,
         in,
         {{"keepdims", g.pick(2)}, {"noop_with_empty_axes", int64_t{g.chance(20)}}},
         isFloat(x->type()) ? kind.rounding : Rounding::exact});
}

void argument(Grower& g) {
  const auto x =
      g.choose([](const Known& v) { return v.noise == 0 && v.rank() > 0 && v.type() != DType::boolean; });
  if (!x) return;
  g.add({g.chance(50) ? ops::argMax : ops::argMin,
         {*x},
         {{"axis", g.spelled(g.pick(x->rank()), x->rank())},
          {"keepdims", g.pick(2)},
          {"select_last_index", g.pick(2)}},
         Rounding::jumps});
}

void topK(Grower& g) {
  const auto x =
      g.choose([](const Known& v) { return v.noise == 0 && v.rank() > 0 && v.type() != DType::boolean; });
  if (!x) return;
  const int64_t axis = g.pick(x->rank());
  const Known k = g.ints({g.pick(x->dims()[static_cast<size_t>(axis)] + 1)});
  g.addAll({ops::topK,
            {*x, k},
            {{"axis", g.spelled(axis, x->rank())}, {"largest", g.pick(2)}},
            Rounding::jumps,
            2});
}

void cumulative(Grower& g) {
  const auto x = g.choose([](const Known& v) {
    return v.rank() > 0 && (isFloat(v.type()) || v.type() == DType::i32 || v.type() == DType::i64);
  });
  if (!x) return;
  const Known axis = g.constant(g.chance(50) ? DType::i32 : DType::i64, {},
                                {static_cast<double>(g.spelled(g.pick(x->rank()), x->rank()))});
  g.add({g.chance(80) ? ops::cumSum : ops::cumProd,
         {*x, axis},
         {{"exclusive", g.pick(2)}, {"reverse", g.pick(2)}},
         isFloat(x->type()) ? Rounding::rounded : Rounding::exact});
}

}  // namespace

std::vector<NodeMaker> reductionMakers() {
  return {{reduce, 8}, {argument, 2}, {topK, 2}, {cumulative, 2}};
}

}  // namespace ridge::test
