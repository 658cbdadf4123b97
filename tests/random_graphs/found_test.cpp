// What random graphs have found, made small: every way to execute these gives the truth again.
#include <gtest/gtest.h>

#include "ways.h"

namespace ridge::test {
namespace {

/// Inputs are small integers; whatever is computed of them is exact to a few roundings.
void expectTruth(Graph graph, double noise = 1e-5) {
  Sample sample;
  for (const ValueId id : graph.inputs()) {
    const Value& value = graph.value(id);
    std::vector<double> numbers(static_cast<size_t>(*value.shape.count()));
    for (size_t at = 0; at < numbers.size(); ++at) numbers[at] = static_cast<double>(at * 7 % 5) - 1;
    sample.inputs.emplace(value.name, fromDoubles(value.type, value.shape.staticDims(), numbers));
  }
  sample.noise.assign(graph.outputs().size(), noise);
  sample.graph = std::move(graph);
  for (const Way& way : waysOf(sample)) EXPECT_EQ(problemOf(way, sample).value_or(""), "") << way.name;
}

TEST(Found, aConvolutionOfOnePixelIsNoSliceOfAPlainArray) {
  GraphMaker m;
  const ValueId conv =
      m.node(ops::conv, {m.input("x", {1, 1, 2}), m.weights("w", {3, 1, 3})}, "conv", {{"pads", Ints{1, 0}}});
  m.output("y", m.node(ops::concat, {conv, conv}, "joined", {{"axis", int64_t{-1}}}));
  expectTruth(m.finish());
}

TEST(Found, aPoolReadsATransposedArrayOfOneColumn) {
  GraphMaker m;
  const ValueId turned =
      m.node(ops::transpose, {m.input("x", {1, 4, 5})}, "turned", {{"perm", Ints{1, 2, 0}}});
  m.output("y",
           m.node(ops::averagePool, {turned}, "pool", {{"kernel_shape", Ints{2}}, {"pads", Ints{1, 1}}}));
  expectTruth(m.finish());
}

// Of one channel both orders are the same, but a slice of channels that lie side by side has no dense rows.
TEST(Found, aNormalizationOfOneChannelInAConcatOfPixels) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 1, 2, 5});
  const ValueId norm = m.node(ops::layerNormalization, {x, m.weights("s", {5})}, "norm",
                              {{"axis", int64_t{3}}, {"epsilon", 0.125F}});
  const ValueId joined = m.node(ops::concat, {x, norm, norm}, "joined", {{"axis", int64_t{1}}});
  m.output("y", m.node(ops::conv, {joined, m.weights("w", {4, 3, 1, 1}), m.weights("b", {4})}, "y",
                       {{"pads", Ints{0, 0, 0, 0}}}));
  expectTruth(m.finish());
}

TEST(Found, anAttentionOfOneChannelInAConcatOfPixels) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 1, 6, 5});
  const ValueId turned = m.node(ops::transpose, {x}, "turned", {{"perm", Ints{0, 1, 3, 2}}});
  const ValueId weights = m.node(ops::softmax, {m.node(ops::matMul, {x, turned}, "scores")}, "weights");
  const ValueId sums = m.node(ops::matMul, {weights, x}, "sums");
  const ValueId joined = m.node(ops::concat, {x, sums, sums}, "joined", {{"axis", int64_t{1}}});
  m.output("y", m.node(ops::conv, {joined, m.weights("w", {4, 3, 1, 1}), m.weights("b", {4})}, "y",
                       {{"pads", Ints{0, 0, 0, 0}}}));
  expectTruth(m.finish());
}

TEST(Found, packedWeightsAreAlsoAnOperand) {
  GraphMaker m;
  const ValueId w = m.weights("w", {1, 5});
  const ValueId product = m.node(ops::matMul, {m.input("x", {3, 1}), w}, "product");
  m.output("y", m.node(ops::mul, {product, w}, "scaled"));
  const ValueId square = m.weights("s", {4, 4});
  m.output("z", m.node(ops::matMul, {square, square}, "squared"));
  expectTruth(m.finish());
}

TEST(Found, aReductionReadsOneColumnOfALargerArray) {
  GraphMaker m;
  const ValueId x = m.input("x", {6, 1}), moved = m.node(ops::mul, {x, m.scalar("two", 2)}, "moved");
  m.output("y", m.node(ops::reduceMean, {moved, m.ints("axes", {0})}, "mean"));
  m.output("z", m.node(ops::concat, {x, x, moved}, "joined", {{"axis", int64_t{1}}}));
  expectTruth(m.finish());
}

TEST(Found, partsOfAnEmptyArrayHaveNoPlace) {
  GraphMaker m;
  const ValueId x = m.input("x", {0, 1, 1}), y = m.node(ops::tanh, {x}, "tanh");
  const ValueId joined = m.node(ops::concat, {y, y, x}, "joined", {{"axis", int64_t{2}}});
  m.output("y", joined);
  m.output("z", m.node(ops::add, {joined, m.input("other", {0, 1, 3})}, "sum"));
  expectTruth(m.finish());
}

TEST(Found, aShapeIsAnOutputAndAnArgument) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3}), shape = m.node(ops::shapeOf, {x}, "shape");
  m.output("shape", shape);
  m.output("zeros", m.node(ops::constantOfShape, {shape}, "zeros"));
  const ValueId size = m.node(ops::sizeOf, {x}, "size");
  const auto number = [&](const char* name, int64_t value) {
    return m.node(ops::squeeze, {m.ints(name, {value})}, std::string(name) + "_scalar");
  };
  m.output("range", m.node(ops::rangeOf, {number("from", 0), size, number("step", 2)}, "range"));
  expectTruth(m.finish());
}

TEST(Found, meanOfOneValue) {
  GraphMaker m;
  const ValueId mean = m.node(ops::meanOf, {m.input("x", {2, 3})}, "mean");
  m.output("y", m.node(ops::transpose, {mean}, "turned"));
  expectTruth(m.finish());
}

TEST(Found, halfPrecisionRoundsMoreThanFloat) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3}, DType::f16), gate = m.node(ops::sigmoid, {x}, "gate");
  m.output("y", m.node(ops::mul, {x, gate}, "silu"));
  expectTruth(m.finish(), 4e-3);
}

TEST(Found, aNanIsTheExtremeElement) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 3, 40, 3}), root = m.node(ops::log, {x}, "log");  // of -1: NaN
  m.output("global", m.node(ops::globalMaxPool, {root}, "global"));
  m.output("pool", m.node(ops::maxPool, {root}, "pool", {{"kernel_shape", Ints{3, 1}}}));
  for (const int64_t axis : {1, 2, 3}) {
    const std::string at = std::to_string(axis);
    m.output("max" + at, m.node(ops::reduceMax, {root, m.ints("a" + at, {axis})}, "greatest" + at));
    m.output("min" + at, m.node(ops::reduceMin, {root, m.ints("b" + at, {axis, 0})}, "least" + at));
  }
  expectTruth(m.finish());
}

/// Collects its counter; `condition` is what the body goes on by.
Graph loopOf(std::optional<double> condition) {
  GraphMaker body;
  const ValueId iteration = body.input("i", {}, DType::i64);
  ValueId go = body.input("go", {}, DType::boolean);
  const ValueId twice = body.node(ops::add, {iteration, iteration}, "twice");
  Graph inside = body.finish();
  if (condition)
    go = inside.addConstant("constant", fromDoubles(DType::boolean, {}, std::vector{*condition}));
  inside.addOutput("next", go);
  inside.addOutput("collected", twice);

  Graph graph;
  const ValueId trips = graph.addConstant("trips", Tensor::scalar(int64_t{3}));
  const ValueId all = graph.addValue("all");
  graph.addNode(Node{.op = &ops::loop,
                     .in = {trips, kNoValue},
                     .out = {all},
                     .bodies = {std::make_shared<const Graph>(std::move(inside))},
                     .name = "loop",
                     .origins = {"loop"}});
  graph.value(all).source = "all";
  graph.addOutput("y", all);
  inferShapes(graph);
  return graph;
}

TEST(Found, aLoopWithoutTraceOfItsCondition) {
  expectTruth(loopOf(std::nullopt));
}

TEST(Found, aLoopWhoseBodyStopsItAtOnce) {
  expectTruth(loopOf(0));
  expectTruth(loopOf(1));
}

TEST(Found, anEmptyAxisHasNoExtremeElementWhereThereAreOthers) {
  GraphMaker m;
  m.output("y", m.node(ops::argMin, {m.input("x", {0, Dim::symbol("N")})}, "least"));
  const Graph graph = m.finish();
  EXPECT_EQ(bindShapes(graph, {{"x", {0, 0}}}).nodeCount(), 1);
  EXPECT_THROW(bindShapes(graph, {{"x", {0, 2}}}), Error);
}

}  // namespace
}  // namespace ridge::test
