// What lies in place of a copy is read right: plans with views, products of results and normalizations
// answer what the imported graph does.
#include "plan_numbers.h"

namespace ridge::test {
namespace {

ValueId cut(GraphMaker& m, ValueId x, const std::string& name, const Ints& starts, const Ints& ends,
            const Ints& axes, const Ints& steps) {
  return m.node(ops::slice,
                {x, m.ints(name + "_starts", starts), m.ints(name + "_ends", ends),
                 m.ints(name + "_axes", axes), m.ints(name + "_steps", steps)},
                name);
}

TEST(ViewNumbers, SlicesOfChannelsAndPixels) {
  GraphMaker m;
  const ValueId stem = conv(m, m.input("x", {2, 16, 9, 8}), "stem", 16, 16);
  const ValueId left = cut(m, stem, "left", {0}, {8}, {1}, {1});
  const ValueId right = cut(m, stem, "right", {-8}, {1000}, {-3}, {1});
  const ValueId second = conv(m, right, "second", 8, 8, 3, 8);
  m.output("joined", m.node(ops::concat, {left, second}, "joined", {{"axis", int64_t{1}}}));
  m.output("narrow",
           m.node(ops::exp, {cut(m, stem, "narrow_cut", {1, 2}, {8, 7}, {2, 3}, {3, 2})}, "narrow"));
  m.output("one", m.node(ops::exp, {cut(m, stem, "one_cut", {3}, {4}, {1}, {1})}, "one"));
  m.output("backward", m.node(ops::exp, {cut(m, stem, "back_cut", {-1}, {-100}, {3}, {-2})}, "backward"));
  m.output("input_cut", m.node(ops::exp, {cut(m, 0, "in_cut", {1}, {2}, {0}, {1})}, "input_cut"));
  expectSameNumbers(m);
}

TEST(ViewNumbers, SplitsThatAreReshapedAndMultiplied) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 7, 24});
  const ValueId qkv = m.node(ops::matMul, {x, m.weights("w", {24, 72}, 0.2F)}, "qkv");
  const ValueId heads = m.node(ops::reshape, {qkv, m.ints("heads_shape", {2, 7, 3, 4, 6})}, "heads");
  const ValueId turned = m.node(ops::transpose, {heads}, "turned", {{"perm", Ints{2, 0, 3, 1, 4}}});
  const auto parts = m.nodeWithOutputs(ops::split, {turned, m.ints("sizes", {1, 1, 1})}, {"q", "k", "v"},
                                       {{"axis", int64_t{0}}});
  std::vector<ValueId> flat;
  for (const ValueId part : parts)
    flat.push_back(m.node(ops::squeeze, {part, m.ints("axes" + std::to_string(part), {0})},
                          "flat" + std::to_string(part)));
  const ValueId keys = m.node(ops::transpose, {flat[1]}, "keys", {{"perm", Ints{0, 1, 3, 2}}});
  const ValueId scores = m.node(ops::matMul, {flat[0], keys}, "scores");
  const ValueId scaled = m.node(ops::mul, {scores, m.scalar("scale", 0.4F)}, "scaled");
  const ValueId masked = m.node(ops::add, {scaled, m.weights("mask", {2, 1, 1, 7})}, "masked");
  const ValueId soft = m.node(ops::softmax, {masked}, "soft", {{"axis", int64_t{-1}}});
  const ValueId context = m.node(ops::matMul, {soft, flat[2]}, "context");
  const ValueId back = m.node(ops::transpose, {context}, "back", {{"perm", Ints{0, 2, 1, 3}}});
  m.output("y", m.node(ops::reshape, {back, m.ints("out_shape", {2, 7, 24})}, "y"));
  expectSameNumbers(m);
}

TEST(ViewNumbers, ProductsBroadcast) {
  GraphMaker m;
  const ValueId a = m.input("a", {2, 1, 5, 6}), b = m.input("b", {3, 6, 20}), c = m.input("c", {6, 4});
  m.output("both", m.node(ops::matMul, {a, b}, "both"));
  const ValueId rows = m.node(ops::matMul, {a, c}, "rows");
  m.output("rows_out",
           m.node(ops::relu, {m.node(ops::add, {rows, m.weights("bias", {4})}, "biased")}, "relu"));
  const ValueId turned = m.node(ops::transpose, {a}, "turned", {{"perm", Ints{0, 1, 3, 2}}});
  m.output("left_turned", m.node(ops::matMul, {turned, m.input("d", {2, 1, 5, 3})}, "left_turned"));
  const ValueId sum = m.node(ops::matMul, {a, m.input("e", {2, 1, 6, 6})}, "with_residual");
  m.output("residual", m.node(ops::add, {sum, a}, "residual"));
  expectSameNumbers(m);
}

TEST(ViewNumbers, Normalizations) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 6, 5, 37});
  const ValueId s = m.weights("s", {37}), b = m.weights("b", {37});
  m.output("layer", m.node(ops::layerNormalization, {x, s, b}, "layer"));
  m.output("two",
           m.node(ops::layerNormalization, {x, m.weights("s2", {5, 37})}, "two", {{"axis", int64_t{2}}}));
  m.output("rms", m.node(ops::rmsNormalization, {x, s}, "rms"));
  const ValueId s6 = m.weights("s6", {6}), b6 = m.weights("b6", {6});
  m.output("instance", m.node(ops::instanceNormalization, {x, s6, b6}, "instance"));
  m.output("group", m.node(ops::groupNormalization, {x, s6, b6}, "group", {{"num_groups", int64_t{3}}}));
  const ValueId turned = m.node(ops::transpose, {x}, "turned", {{"perm", Ints{0, 2, 1, 3}}});
  m.output("strided", m.node(ops::layerNormalization, {turned, s, b}, "strided"));
  expectSameNumbers(m);
}

// Numbers far from zero with little between them.
TEST(ViewNumbers, ALargeMeanDoesNotSwallowTheVariance) {
  GraphMaker m;
  const ValueId x = m.input("x", {4, 300});
  const ValueId far = m.node(ops::add, {x, m.scalar("far", 1000)}, "shifted");
  m.output("y", m.node(ops::layerNormalization, {far, m.floats("s", {300}, Floats(300, 1))}, "y"));
  expectSameNumbers(m, 1e-3);
}

}  // namespace
}  // namespace ridge::test
