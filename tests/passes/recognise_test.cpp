// Normalizations and Gelu that exporters have taken apart.
#include <cmath>
#include <functional>

#include "ops/norm/norm.h"
#include "passes/recognise_testing.h"

namespace ridge::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

// --- normalizations over the last axes

struct NormForm {
  std::vector<Dim> dims = {2, 3, 5, 8};
  Ints axes = {-1};
  bool centered = true, twoDifferences = false, powSquare = true, scaled = true, biased = true;
  std::string division = "div";
  float exponent = 2, epsilon = 1e-5F;
  Ints varianceAxes = {};  ///< of the mean: `axes`
  Dims affineDims = {8};
};

ValueId inverted(GraphMaker& m, ValueId numerator, ValueId sum, const std::string& form) {
  if (form == "div") return m.node(ops::div, {numerator, m.node(ops::sqrt, {sum}, "root")}, "unit");
  if (form == "pow")
    return m.node(ops::div, {numerator, m.node(ops::pow, {sum, m.scalar("half", 0.5F)}, "root")}, "unit");
  if (form == "rsqrt")
    return m.node(ops::mul, {m.node(ops::pow, {sum, m.scalar("minus_half", -0.5F)}, "root"), numerator},
                  "unit");
  const ValueId root = m.node(ops::sqrt, {sum}, "root");
  if (form == "one_over")
    return m.node(ops::mul, {numerator, m.node(ops::div, {m.scalar("one", 1), root}, "inverse")}, "unit");
  return m.node(ops::mul, {numerator, m.node(ops::reciprocal, {root}, "inverse")}, "unit");
}

/// Some name of a value in the middle makes that an output of the graph.
Graph norm(const NormForm& form, const std::string& tapped = "") {
  GraphMaker m;
  const ValueId x = m.input("x", form.dims);
  const auto mean = [&](ValueId of, const std::string& name, const Ints& axes) {
    return m.node(ops::reduceMean, {of, m.ints(name + "_axes", axes)}, name);
  };
  const auto centred = [&](const std::string& name) {
    return form.centered ? m.node(ops::sub, {x, mean(x, name + "_mean", form.axes)}, name) : x;
  };
  const ValueId numerator = centred("d");
  const ValueId base = form.twoDifferences ? centred("d2") : numerator;
  const ValueId square = form.powSquare ? m.node(ops::pow, {base, m.scalar("two", form.exponent)}, "square")
                                        : m.node(ops::mul, {base, base}, "square");
  const ValueId variance =
      mean(square, "variance", form.varianceAxes.empty() ? form.axes : form.varianceAxes);
  const ValueId sum = m.node(ops::add, {variance, m.scalar("eps", form.epsilon)}, "sum");
  ValueId y = inverted(m, numerator, sum, form.division);
  if (form.scaled) y = m.node(ops::mul, {y, m.weights("scale", form.affineDims)}, "scaled");
  if (form.biased) y = m.node(ops::add, {m.weights("bias", form.affineDims), y}, "biased");
  m.output("y", y);
  if (tapped == "d") m.output("tapped", numerator);
  if (tapped == "variance") m.output("tapped", variance);
  return m.finish();
}

TEST(Recognise, layerNormalization) {
  for (const std::string division : {"div", "pow", "rsqrt", "reciprocal", "one_over"})
    expectRecognised(norm({.division = division}), ops::layerNormalization, division);
  expectRecognised(norm({.twoDifferences = true}), ops::layerNormalization, "two differences");
  expectRecognised(norm({.powSquare = false}), ops::layerNormalization, "d * d");
  expectRecognised(norm({.scaled = false, .biased = false}), ops::layerNormalization, "bare");
  expectRecognised(norm({.biased = false}), ops::layerNormalization, "no bias");
  expectRecognised(norm({.affineDims = {1, 1, 8}}), ops::layerNormalization, "scale of higher rank");
  expectRecognised(norm({.affineDims = {1}}), ops::layerNormalization, "scale of one number");
  expectRecognised(norm({.axes = {-2, -1}, .affineDims = {5, 8}}), ops::layerNormalization, "two axes");
  // A mean over the third of three axes is a GlobalAveragePool by the time that the pass runs.
  expectRecognised(norm({.dims = {2, 5, 8}}), ops::layerNormalization, "three dimensions");
}

TEST(Recognise, rmsNormalization) {
  for (const std::string division : {"div", "rsqrt", "reciprocal"})
    expectRecognised(norm({.centered = false, .biased = false, .division = division}), ops::rmsNormalization,
                     division);
  expectRecognised(norm({.centered = false, .powSquare = false, .scaled = false, .biased = false}),
                   ops::rmsNormalization, "bare");
}

TEST(Recognise, instanceNormalization) {
  expectRecognised(norm({.axes = {2, 3}, .affineDims = {3, 1, 1}}), ops::instanceNormalization, "2-D");
  expectRecognised(norm({.dims = {2, 3, 8}, .affineDims = {3, 1}}), ops::instanceNormalization, "1-D");
}

TEST(Recognise, whatOnlyLooksLikeANormalizationStays) {
  expectLeft(norm({.exponent = 4}), ops::layerNormalization, "fourth power");
  expectLeft(norm({.axes = {1}, .affineDims = {3, 1, 1}}), ops::layerNormalization, "another axis");
  expectLeft(norm({.varianceAxes = {-2}}), ops::layerNormalization, "variance over another axis");
  expectLeft(norm({}, "variance"), ops::layerNormalization, "variance is an output");
  expectLeft(norm({}, "d"), ops::layerNormalization, "difference is an output");
}

TEST(Recognise, saysWhyItLeavesANormalization) {
  const auto sentences = [](const Graph& graph) {
    PassReport report;
    lowered(graph, report);
    return declinedSentences(report);
  };
  EXPECT_THAT(sentences(norm({}, "variance")), Contains(HasSubstr("also read elsewhere")));
  EXPECT_THAT(sentences(norm({.axes = {1}, .affineDims = {3, 1, 1}})), Contains(HasSubstr("other axes")));
  EXPECT_THAT(sentences(norm({.varianceAxes = {-2}})), Contains(HasSubstr("different axes")));
}

TEST(Recognise, anEpsilonThatIsComputedStays) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 8}), epsilon = m.input("eps", {1});
  const ValueId square = m.node(ops::mul, {x, x}, "square");
  const ValueId mean = m.node(ops::reduceMean, {square, m.ints("axes", {-1})}, "mean");
  const ValueId sum = m.node(ops::add, {mean, m.node(ops::abs, {epsilon}, "positive")}, "sum");
  m.output("y", m.node(ops::div, {x, m.node(ops::sqrt, {sum}, "root")}, "unit"));
  expectLeft(m.finish(), ops::rmsNormalization, "computed epsilon");
}

// A scale that is no constant of the row's size stays a Mul of its own.
TEST(Recognise, aScaleOfAnotherShapeStaysOutside) {
  const Graph before = norm({.biased = false, .affineDims = {5, 8}});
  const Graph after = lowered(before);
  EXPECT_EQ(count(after, ops::layerNormalization), 1) << dump(after);
  EXPECT_EQ(count(after, ops::mul), 1) << dump(after);
  expectSameAnswers(before, after);
}

// --- GroupNormalization

struct GroupForm {
  int64_t groups = 2;
  bool unit = true, affine = true, pixelScale = false;
};

Graph group(const GroupForm& form) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 6, 3, 5});
  const ValueId grouped = m.node(ops::reshape, {x, m.ints("split", {0, form.groups, -1})}, "grouped");
  const Floats ones(static_cast<size_t>(form.groups), 1), zeros(static_cast<size_t>(form.groups), 0);
  const ValueId scale = form.unit ? m.floats("ones", {form.groups}, ones) : m.weights("s", {form.groups});
  const ValueId bias = form.unit ? m.floats("zeros", {form.groups}, zeros) : m.weights("b", {form.groups});
  const ValueId normal = m.node(ops::instanceNormalization, {grouped, scale, bias}, "normal");
  ValueId y = m.node(ops::reshape, {normal, m.node(ops::shapeOf, {x}, "shape")}, "back");
  if (form.affine) {
    const Dims dims = form.pixelScale ? Dims{6, 3, 5} : Dims{6, 1, 1};
    y = m.node(ops::mul, {y, m.weights("scale", dims)}, "scaled");
    y = m.node(ops::add, {y, m.weights("bias", dims)}, "biased");
  }
  m.output("y", y);
  return m.finish();
}

TEST(Recognise, groupNormalization) {
  expectRecognised(group({}), ops::groupNormalization, "PyTorch's");
  expectRecognised(group({.groups = 1}), ops::groupNormalization, "one group");
  expectRecognised(group({.groups = 6}), ops::groupNormalization, "groups of one channel");
  expectRecognised(group({.unit = false}), ops::groupNormalization, "scaled twice");
  expectRecognised(group({.affine = false}), ops::groupNormalization, "bare");
}

TEST(Recognise, groupsThatCutChannelsStay) {
  expectLeft(group({.groups = 9}), ops::groupNormalization, "nine groups of six channels");
}

TEST(Recognise, aScaleByPixelStaysBehindItsGroups) {
  const Graph before = group({.pixelScale = true});
  const Graph after = lowered(before);
  EXPECT_EQ(count(after, ops::groupNormalization), 1);
  EXPECT_EQ(count(after, ops::mul), 1) << dump(after);
  expectSameAnswers(before, after);
}

// --- Gelu

using Build = std::function<ValueId(GraphMaker&, ValueId x)>;

ValueId binary(GraphMaker& m, const Op& op, ValueId a, ValueId b) {
  return m.node(op, {a, b}, std::string(op.name) + std::to_string(a) + "_" + std::to_string(b));
}
ValueId scaled(GraphMaker& m, ValueId a, float by) {
  return binary(m, ops::mul, a, m.scalar("c" + std::to_string(a) + "_" + std::to_string(by), by));
}
ValueId plusOne(GraphMaker& m, ValueId a, float one = 1) {
  return binary(m, ops::add, m.scalar("one" + std::to_string(a), one), a);
}

std::vector<std::pair<std::string, Build>> gates() {
  const auto tanhOf = [](GraphMaker& m, ValueId a) { return plusOne(m, m.node(ops::tanh, {a}, "tanh")); };
  return {
      {"erf of quotient",
       [](GraphMaker& m, ValueId x) {
         return plusOne(m, m.node(ops::erf, {binary(m, ops::div, x, m.scalar("r", 1.4142135F))}, "erf"));
       }},
      {"erf of product",
       [](GraphMaker& m, ValueId x) {
         return plusOne(m, m.node(ops::erf, {scaled(m, x, 0.70710678F)}, "erf"));
       }},
      {"tanh of x + c x^3",
       [=](GraphMaker& m, ValueId x) {
         const ValueId cube = m.node(ops::pow, {x, m.scalar("three", 3)}, "cube");
         return tanhOf(m, scaled(m, binary(m, ops::add, x, scaled(m, cube, 0.044715F)), 0.79788456F));
       }},
      {"tanh of x (1 + c x x)",
       [=](GraphMaker& m, ValueId x) {
         const ValueId factor = plusOne(m, scaled(m, binary(m, ops::mul, x, x), 0.044715F));
         return tanhOf(m, binary(m, ops::mul, scaled(m, x, 0.79788456F), factor));
       }},
  };
}

std::vector<std::pair<std::string, std::function<ValueId(GraphMaker&, ValueId, ValueId)>>> products() {
  return {
      {"(x gate) / 2",
       [](GraphMaker& m, ValueId x, ValueId gate) {
         return binary(m, ops::div, binary(m, ops::mul, x, gate), m.scalar("two", 2));
       }},
      {"(x gate) half",
       [](GraphMaker& m, ValueId x, ValueId gate) { return scaled(m, binary(m, ops::mul, gate, x), 0.5F); }},
      {"(x half) gate",
       [](GraphMaker& m, ValueId x, ValueId gate) { return binary(m, ops::mul, scaled(m, x, 0.5F), gate); }},
      {"x (gate half)",
       [](GraphMaker& m, ValueId x, ValueId gate) { return binary(m, ops::mul, x, scaled(m, gate, 0.5F)); }},
  };
}

TEST(Recognise, gelu) {
  for (const auto& [gateName, gate] : gates())
    for (const auto& [productName, product] : products()) {
      GraphMaker m;
      const ValueId x = m.input("x", {2, 7});
      m.output("y", product(m, x, gate(m, x)));
      expectRecognised(m.finish(), ops::gelu, gateName + ", " + productName);
    }
}

TEST(Recognise, whatOnlyLooksLikeGeluStays) {
  const auto nearMiss = [](float root, float one, float half, bool tapped, Dims stretch) {
    GraphMaker m;
    const ValueId x = m.input("x", {2, 7});
    const ValueId erf = m.node(ops::erf, {binary(m, ops::div, x, m.scalar("r", root))}, "erf");
    const ValueId product = binary(m, ops::mul, x, plusOne(m, erf, one));
    const Floats halves(static_cast<size_t>(elementCount(stretch)), half);
    m.output("y", binary(m, ops::mul, product, m.floats("half", stretch, halves)));
    if (tapped) m.output("erf_out", erf);
    return m.finish();
  };
  expectRecognised(nearMiss(1.4142135F, 1, 0.5F, false, {}), ops::gelu, "the form itself");
  expectLeft(nearMiss(1.5F, 1, 0.5F, false, {}), ops::gelu, "another root");
  expectLeft(nearMiss(1.4142135F, 2, 0.5F, false, {}), ops::gelu, "another one");
  expectLeft(nearMiss(1.4142135F, 1, 0.25F, false, {}), ops::gelu, "another half");
  expectLeft(nearMiss(1.4142135F, 1, 0.5F, true, {}), ops::gelu, "its erf is an output");
  expectLeft(nearMiss(1.4142135F, 1, 0.5F, false, {3, 1, 1}), ops::gelu, "stretched by its half");
}

// --- Split

TEST(SplitToSlices, everyPartIsASlice) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 7, 3});
  const auto parts = m.nodeWithOutputs(ops::split, {x, m.ints("sizes", {2, 1, 4})}, {"a", "b", "c"},
                                       {{"axis", int64_t{-2}}});
  for (const ValueId part : parts) m.output("out" + std::to_string(part), part);
  const Graph before = m.finish();
  const Graph after = lowered(before);
  EXPECT_EQ(count(after, ops::slice), 3) << dump(after);
  EXPECT_EQ(count(after, ops::split), 0);
  expectSameAnswers(before, after);
}

// --- Gather

Graph gatherOf(Tensor indices, int64_t axis) {
  GraphMaker m;
  const ValueId x = m.input("x", {3, 7, 2});
  m.output("y", m.node(ops::gather, {x, m.constant("indices", std::move(indices))}, "y", {{"axis", axis}}));
  return m.finish();
}

Tensor int64s(const Dims& dims, const Ints& values) {
  return Tensor::of(dims, std::span<const int64_t>(values));
}

TEST(GatherToSlice, equalSteps) {
  const std::pair<Tensor, int64_t> forms[] = {
      {int64s({}, {2}), 0},        {int64s({}, {-1}), 1},       {int64s({1}, {4}), -2},
      {int64s({3}, {1, 3, 5}), 1}, {int64s({2}, {-2, -1}), 1},  {int64s({2, 2}, {0, 2, 4, 6}), 1},
      {int64s({1, 1}, {1}), 2},    {int64s({3}, {0, 1, 2}), 0}, {int64s({2}, {0, 6}), 1}};
  for (const auto& [indices, axis] : forms) {
    SCOPED_TRACE(indices.count());
    const Graph before = gatherOf(indices, axis), after = lowered(before);
    EXPECT_EQ(count(after, ops::gather), 0) << dump(after);
    EXPECT_LE(count(after, ops::slice), 1);
    expectSameAnswers(before, after);
  }
}

TEST(GatherToSlice, leavesOtherIndices) {
  for (const Ints& indices : {Ints{2, 1, 0}, Ints{1, 1}, Ints{0, 1, 3}, Ints{0, -1, 1}})
    expectLeft(gatherOf(int64s({static_cast<int64_t>(indices.size())}, indices), 1), ops::slice,
               "other steps");
  const Graph after = lowered(gatherOf(int64s({0}, {}), 1));
  EXPECT_EQ(count(after, ops::slice), 0);
}

}  // namespace
}  // namespace ridge::test
