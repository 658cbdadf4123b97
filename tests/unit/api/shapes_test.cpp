// Concrete shapes from what the user said.
#include "api/shapes.h"

#include <gmock/gmock.h>

#include "support/expect_error.h"
#include "support/graph_maker.h"

namespace ridge::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Graph twoInputs() {
  GraphMaker m;
  const ValueId a = m.input("a", {Dim::symbol("N"), 3, Dim::symbol("H")});
  const ValueId b = m.input("b", {Dim::symbol("N"), 3, Dim::symbol("H")});
  m.output("y", m.node(ops::add, {a, b}, "y"));
  return m.finish();
}

class Shapes : public testing::Test {
 protected:
  std::vector<Dims> resolve(const ShapeRequest& request) {
    std::vector<Dims> dims;
    for (const BoundShape& shape : resolveShapes(graph_, request, notes_)) dims.push_back(shape.dims);
    return dims;
  }
  void refused(const ShapeRequest& request, const std::string& part) {
    expectError(ErrorCode::usage, part, [&] { resolve(request); });
  }

  Graph graph_ = twoInputs();
  std::vector<std::string> notes_;
};

TEST_F(Shapes, GivenShapesBindSymbolsForAllInputs) {
  EXPECT_THAT(resolve({.shapes = {{"a", {4, 3, 8}}}, .dims = {}, .batch = {}}),
              ElementsAre(Dims{4, 3, 8}, Dims{4, 3, 8}));
  EXPECT_TRUE(notes_.empty());
}

TEST_F(Shapes, NamedAxesAndBatch) {
  EXPECT_THAT(resolve({.shapes = {}, .dims = {{"H", 5}}, .batch = 2}),
              ElementsAre(Dims{2, 3, 5}, Dims{2, 3, 5}));
  EXPECT_THAT(resolve({.shapes = {}, .dims = {{"H", 5}, {"N", 7}}, .batch = {}}),
              ElementsAre(Dims{7, 3, 5}, Dims{7, 3, 5}));
  EXPECT_TRUE(notes_.empty());
}

TEST_F(Shapes, AnUnboundLeadingAxisIsOneWithANote) {
  EXPECT_THAT(resolve({.shapes = {}, .dims = {{"H", 5}}, .batch = {}}),
              ElementsAre(Dims{1, 3, 5}, Dims{1, 3, 5}));
  ASSERT_EQ(notes_.size(), 1U);
  EXPECT_THAT(notes_[0], HasSubstr("input a"));
  EXPECT_THAT(notes_[0], HasSubstr("--batch"));
}

TEST_F(Shapes, AnyOtherUnboundAxisPrintsTheFlagToAdd) {
  refused({}, "add --shapes a:1x3x1 with your sizes");
}

TEST_F(Shapes, WrongNamesAreUsageErrorsWithASuggestion) {
  refused({.shapes = {{"aa", {1, 3, 5}}}, .dims = {}, .batch = {}}, "no input 'aa'");
  refused({.shapes = {}, .dims = {{"Hh", 5}}, .batch = {}}, "no input has an axis named 'Hh'");
}

TEST_F(Shapes, ContradictionsAreUsageErrors) {
  refused({.shapes = {{"a", {1, 4, 5}}}, .dims = {}, .batch = {}}, "contradicts");
  refused({.shapes = {{"a", {1, 3}}}, .dims = {}, .batch = {}}, "another rank");
}

TEST_F(Shapes, OneSymbolHasOneSize) {
  refused({.shapes = {{"a", {1, 3, 5}}, {"b", {1, 3, 6}}}, .dims = {}, .batch = {}}, "H");
  refused({.shapes = {{"a", {1, 3, 5}}}, .dims = {{"H", 6}}, .batch = {}}, "H");
}

TEST(ShapesOfModels, AStaticLeadingAxisIsNotTheBatch) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3});
  m.output("y", m.node(ops::relu, {x}, "y"));
  std::vector<std::string> notes;
  EXPECT_EQ(resolveShapes(m.finish(), {}, notes).at(0).dims, (Dims{2, 3}));
  EXPECT_TRUE(notes.empty());
}

TEST(ShapesOfModels, AnUnknownRankNeedsAShape) {
  Graph graph;
  graph.addOutput("y", graph.addInput("x", DType::f32, Shape()));
  std::vector<std::string> notes;
  expectError(ErrorCode::usage, "--shapes x:", [&] { resolveShapes(graph, {}, notes); });
  const ShapeRequest request{.shapes = {{"x", {2, 2}}}, .dims = {}, .batch = {}};
  EXPECT_EQ(resolveShapes(graph, request, notes).at(0).dims, (Dims{2, 2}));
}

TEST(ShapesOfModels, ListsOfValues) {
  GraphMaker m;
  const ValueId x = m.input("x", {Dim::symbol("N")});
  const ValueId y = m.input("y", {2});
  m.output("z", m.node(ops::relu, {x}, "z"));
  m.output("w", m.node(ops::relu, {y}, "w"));
  const Graph graph = m.finish();
  std::vector<std::string> notes;
  ShapeRequest request;
  request.values = {{"x", {3, 4, 5}}, {"y", {7}}};
  const auto bound = resolveShapes(graph, request, notes);
  EXPECT_EQ(bound.at(0).dims, (Dims{3}));
  EXPECT_THAT(toDoubles(bound.at(0).value.value()), ElementsAre(3, 4, 5));
  EXPECT_THAT(toDoubles(bound.at(1).value.value()), ElementsAre(7, 7));
  request.shapes = {{"x", {2}}};
  expectError(ErrorCode::usage, "3 numbers for the 2 elements of input x",
              [&] { resolveShapes(graph, request, notes); });
  request.values = {{"y", {1, 2, 3}}};
  expectError(ErrorCode::usage, "3 numbers for the 2 elements of input y",
              [&] { resolveShapes(graph, request, notes); });
}

TEST(ShapesOfModels, UnnamedAxes) {
  GraphMaker m;
  const ValueId x = m.input("x", {Dim(), Dim()});
  m.output("y", m.node(ops::relu, {x}, "y"));
  const Graph graph = m.finish();
  std::vector<std::string> notes;
  expectError(ErrorCode::usage, "--shapes x:1x1", [&] { resolveShapes(graph, {}, notes); });
}

}  // namespace
}  // namespace ridge::test
