#include "grower.h"

namespace ridge::test {

namespace {

/// x * constant + constant, often of one number a channel.
void affine(Grower& g) {
  const auto x = g.chooseFloat();
  if (!x) return;
  Dims dims(x->dims().size(), 1);
  if (dims.size() >= 2) dims[1] = x->dims()[1];
  const auto scaled =
      g.add({ops::mul, {*x, g.someConstant(x->type(), g.chance(30) ? Dims{} : dims)}, {}, Rounding::rounded});
  if (scaled)
    g.add({g.chance(70) ? ops::add : ops::sub,
           {*scaled, g.someConstant(x->type(), dims)},
           {},
           Rounding::rounded});
}

void silu(Grower& g) {
  const auto x = g.chooseFloat();
  if (!x) return;
  const auto gate = g.add({g.chance(70) ? ops::sigmoid : ops::hardSigmoid, {*x}, {}, Rounding::rounded});
  if (gate) g.add({ops::mul, {*x, *gate}, {}, Rounding::rounded});
}

void hardSwish(Grower& g) {
  const auto x = g.chooseFloat();
  if (!x) return;
  const DType type = x->type();
  const auto sum = g.add({ops::add, {*x, g.constant(type, {}, {3})}, {}, Rounding::rounded});
  if (!sum) return;
  const auto six = g.add({ops::clip, {*sum, g.constant(type, {}, {0}), g.constant(type, {}, {6})}});
  if (!six) return;
  const auto product = g.add({ops::mul, {*x, *six}, {}, Rounding::rounded});
  if (product) g.add({ops::div, {*product, g.constant(type, {}, {6})}, {}, Rounding::rounded});
}

/// A shape that is computed from another: Shape, Gather, Concat, Reshape.
void shapeArithmetic(Grower& g) {
  const auto x = g.choose([](const Known& v) { return v.rank() >= 2; });
  if (!x) return;
  const auto shape = g.add({ops::shapeOf, {*x}});
  if (!shape) return;
  const auto first = g.add({ops::gather, {*shape, g.ints({0})}, {{"axis", int64_t{0}}}});
  if (!first) return;
  const auto target = g.add({ops::concat, {*first, g.ints({-1})}, {{"axis", int64_t{0}}}});
  if (target) g.add({ops::reshape, {*x, *target}});
}

void thereAndBack(Grower& g) {
  const auto x = g.choose([](const Known& v) { return v.rank() == 4; });
  if (!x) return;
  const auto last = g.add({ops::transpose, {*x}, {{"perm", Ints{0, 2, 3, 1}}}});
  if (!last) return;
  const auto between = isFloat(x->type()) && g.chance(60) ? g.add({ops::relu, {*last}}) : last;
  if (between) g.add({ops::transpose, {*between}, {{"perm", Ints{0, 3, 1, 2}}}});
}

void layerNorm(Grower& g) {
  const auto x = g.chooseFloat(1);
  if (!x) return;
  const auto mean = g.add({ops::reduceMean, {*x, g.ints({-1})}, {}, Rounding::rounded});
  if (!mean) return;
  const auto centred = g.add({ops::sub, {*x, *mean}, {}, Rounding::rounded});
  if (!centred) return;
  const auto square = g.add({ops::mul, {*centred, *centred}, {}, Rounding::rounded});
  if (!square) return;
  const auto variance = g.add({ops::reduceMean, {*square, g.ints({-1})}, {}, Rounding::rounded});
  if (!variance) return;
  const auto safe = g.add({ops::add, {*variance, g.constant(x->type(), {}, {0.125})}, {}, Rounding::rounded});
  if (!safe) return;
  const auto deviation = g.add({ops::sqrt, {*safe}, {}, Rounding::rounded});
  if (deviation) g.add({ops::div, {*centred, *deviation}, {}, Rounding::rounded});
}

void padAndPool(Grower& g) {
  const auto x = g.choose([](const Known& v) { return isFloat(v.type()) && v.rank() == 4; });
  if (!x) return;
  const auto padded = g.add({ops::pad, {*x, g.ints({0, 0, 1, g.pick(2), 0, 0, g.pick(2), 1})}});
  if (!padded) return;
  const std::vector<GraphMaker::Attribute> window{{"kernel_shape", Ints{2, 2}}};
  if (g.chance(50)) return (void)g.add({ops::maxPool, {*padded}, window});
  if (g.chance(50)) return (void)g.add({ops::averagePool, {*padded}, window, Rounding::rounded});
  const Known w = g.someConstant(x->type(), {2, x->dims()[1], 2, 2});
  g.add({ops::conv, {*padded, w}, {}, Rounding::rounded});
}

/// The same thing twice.
void twins(Grower& g) {
  const auto x = g.chooseFloat();
  if (!x) return;
  const auto a = g.add({ops::tanh, {*x}, {}, Rounding::rounded}),
             b = g.add({ops::tanh, {*x}, {}, Rounding::rounded});
  if (a && b) g.add({ops::add, {*a, *b}, {}, Rounding::rounded});
}

}  // namespace

std::vector<NodeMaker> patternMakers() {
  return {{affine, 3},       {silu, 2},      {hardSwish, 1},  {shapeArithmetic, 2},
          {thereAndBack, 2}, {layerNorm, 1}, {padAndPool, 2}, {twins, 1}};
}

}  // namespace ridge::test
