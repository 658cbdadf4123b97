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

/// Queries, keys and values of one value: product, scale, mask, Softmax, product.
void attention(Grower& g) {
  const auto x = g.chooseFloat(2);
  if (!x) return;
  const auto chosen = [&] {
    const auto other = g.choose(
        [&](const Known& v) { return v.type() == x->type() && v.dims() == x->dims() && v.id != x->id; });
    return other && g.chance(50) ? *other : *x;
  };
  Ints perm(x->dims().size());
  for (size_t at = 0; at < perm.size(); ++at) perm[at] = static_cast<int64_t>(at);
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  std::optional<Known> q = *x, k = g.add({ops::transpose, {chosen()}, {{"perm", perm}}});
  if (!k) return;
  const Known scale = g.constant(x->type(), {}, {0.25});
  if (g.chance(30)) q = g.add({ops::mul, {*q, scale}, {}, Rounding::rounded});
  if (g.chance(20)) k = g.add({ops::mul, {*k, scale}, {}, Rounding::rounded});
  if (!q || !k) return;
  auto scores = g.add({ops::matMul, {*q, *k}, {}, Rounding::rounded});
  if (scores && g.chance(50))
    scores = g.add({g.chance(50) ? ops::mul : ops::div, {*scores, scale}, {}, Rounding::rounded});
  if (!scores) return;
  Dims mask = scores->dims();
  for (int64_t& extent : mask)
    if (g.chance(30)) extent = 1;
  if (g.chance(20)) mask.erase(mask.begin());
  if (g.chance(50))
    scores = g.add({ops::add, {*scores, g.someConstant(x->type(), mask)}, {}, Rounding::rounded});
  if (!scores) return;
  const auto weights = g.add({ops::softmax, {*scores}, {{"axis", int64_t{-1}}}, Rounding::rounded});
  if (weights) g.add({ops::matMul, {*weights, chosen()}, {}, Rounding::rounded});
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
  return {{affine, 3},          {silu, 2},         {hardSwish, 1},
          {shapeArithmetic, 2}, {thereAndBack, 2}, {layerNorm, 1},
          {padAndPool, 2},      {attention, 2},    {twins, 1}};
}

}  // namespace ridge::test
