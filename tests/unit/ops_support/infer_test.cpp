#include "ops/infer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "ops/conv/conv.h"
#include "ops/ops.h"
#include "support/graph_maker.h"

namespace ridge {
namespace {

using test::GraphMaker;
using test::Ints;
using testing::HasSubstr;

std::string shapeOf(const Graph& graph, std::string_view name) {
  return graph.value(*graph.find(name)).shape.toString();
}

template <class Work>
std::string complaintOf(Work&& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::input) << error.what();
    return error.what();
  }
  return "no error";
}

Graph smallNetwork() {
  GraphMaker make;
  const ValueId x = make.input("x", {Dim::symbol("N"), 3, Dim::symbol("H"), 8});
  const ValueId w = make.weights("w", {4, 3, 3, 3});
  const ValueId c = make.node(ops::conv, {x, w}, "c", {{"pads", Ints{1, 1, 1, 1}}, {"strides", Ints{2, 2}}});
  const ValueId p = make.node(ops::globalAveragePool, {c}, "p");
  make.output("p", p);
  return make.finish();
}

TEST(Infer, CarriesSymbols) {
  const Graph graph = smallNetwork();
  EXPECT_EQ(shapeOf(graph, "c"), "[N,4,?,4]");
  EXPECT_EQ(shapeOf(graph, "p"), "[N,4,1,1]");
}

TEST(Infer, BindsShapesAnew) {
  Graph graph = smallNetwork();
  graph.value(*graph.find("c")).shape = Shape::of(Dims{1, 4, 4, 4});  // as a file may declare it
  EXPECT_EQ(shapeOf(bindShapes(graph, {{"x", {2, 3, 16, 8}}}), "c"), "[2,4,8,4]");
}

TEST(Infer, BindingContradictsTheModel) {
  EXPECT_THAT(complaintOf([] { bindShapes(smallNetwork(), {{"x", {2, 5, 8, 8}}}); }), HasSubstr("x"));
  EXPECT_THAT(complaintOf([] {
                bindShapes(smallNetwork(), {{"y", {2, 3, 8, 8}}});
              }),
              HasSubstr("no input named y"));
}

TEST(Infer, OneSymbolOneNumber) {
  GraphMaker make;
  const Dim n = Dim::symbol("N");
  const ValueId a = make.input("a", {n, 4}), b = make.input("b", {4, n});
  make.output("c", make.node(ops::matMul, {a, b}, "c"));
  const Graph graph = make.finish();
  EXPECT_EQ(shapeOf(bindShapes(graph, {{"a", {3, 4}}}), "c"), "[3,3]");
  EXPECT_THAT(complaintOf([&] {
                bindShapes(graph, {{"a", {3, 4}}, {"b", {4, 5}}});
              }),
              HasSubstr("both 3 and 5"));
}

TEST(Infer, ErrorsNameTheNode) {
  GraphMaker make;
  const ValueId x = make.input("x", {1, 5, 8, 8});
  make.output("c", make.node(ops::conv, {x, make.weights("w", {4, 3, 3, 3})}, "c"));
  EXPECT_THAT(complaintOf([&] { make.finish(); }), HasSubstr("node c (Conv)"));
}

TEST(Infer, DeclaredShapesAreChecked) {
  Graph graph = smallNetwork();
  graph.value(*graph.find("c")).shape = Shape::of(Dims{1, 4, 4, 5});
  EXPECT_THAT(complaintOf([&] { inferShapes(graph); }), HasSubstr("is declared as [1,4,4,5]"));
}

TEST(Infer, ShapesBeyondReasonAreRefused) {
  const int64_t huge = int64_t{1} << 40;
  GraphMaker make;
  const ValueId a = make.input("a", {huge, 4}), b = make.input("b", {4, huge});
  make.output("c", make.node(ops::matMul, {a, b}, "c"));
  EXPECT_NE(complaintOf([&] { make.finish(); }), "no error");
}

TEST(Infer, WrongNumberOfInputs) {
  GraphMaker make;
  make.output("c", make.node(ops::matMul, {make.input("a", {2, 2})}, "c"));
  EXPECT_THAT(complaintOf([&] { make.finish(); }), HasSubstr("1 inputs"));
}

TEST(Infer, UnknownRankIsNoError) {
  GraphMaker make;
  Graph graph;
  const ValueId x = graph.addInput("x", DType::f32, Shape());
  const ValueId w = graph.addInput("w", DType::f32, Shape());
  const ValueId y = graph.addValue("y");
  graph.addNode({.op = &ops::conv,
                 .attrs = std::make_shared<ConvAttributes>(),
                 .in = {x, w},
                 .out = {y},
                 .name = "y",
                 .origins = {}});
  inferShapes(graph);
  EXPECT_FALSE(graph.value(y).shape.ranked());
  EXPECT_EQ(graph.value(y).type, DType::f32);
}

TEST(Infer, TrainingIsRefused) {
  GraphMaker make;
  const ValueId x = make.input("x", {1, 2, 3, 3}), c = make.floats("c", {2}, {1, 1});
  make.output("y", make.node(ops::batchNormalization, {x, c, c, c, c}, "y", {{"training_mode", int64_t{1}}}));
  EXPECT_THAT(complaintOf([&] { make.finish(); }), HasSubstr("training"));
}

TEST(Infer, ReductionOverUnknownAxes) {
  GraphMaker make;
  const ValueId x = make.input("x", {Dim::symbol("N"), 3, 4});
  const ValueId axes = make.input("axes", {1}, DType::i64);
  make.output("y", make.node(ops::reduceSum, {x, axes}, "y"));
  make.output("z", make.node(ops::reduceSum, {x, make.ints("two", {-1})}, "z", {{"keepdims", int64_t{0}}}));
  const Graph graph = make.finish();
  EXPECT_EQ(shapeOf(graph, "y"), "[?,?,?]");
  EXPECT_EQ(shapeOf(graph, "z"), "[N,3]");
}

}  // namespace
}  // namespace ridge
