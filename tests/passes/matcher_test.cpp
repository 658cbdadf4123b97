#include "ir/matcher.h"

#include "passes/pass_testing.h"

namespace ridge::test {
namespace {

TEST(Matcher, uniformConstantLooksAtEveryElement) {
  GraphMaker m;
  const ValueId same = m.floats("same", {3}, {2, 2, 2});
  const ValueId other = m.floats("other", {3}, {2, 2, 3});
  const ValueId one = m.scalar("one", 5);
  const ValueId empty = m.floats("empty", {0}, {});
  const ValueId x = m.input("x", {3});
  const Graph graph = m.finish();
  EXPECT_EQ(uniformConstant(graph, same), 2.0);
  EXPECT_EQ(uniformConstant(graph, other), std::nullopt);
  EXPECT_EQ(uniformConstant(graph, empty), std::nullopt);
  EXPECT_EQ(uniformConstant(graph, x), std::nullopt);
  EXPECT_EQ(uniformConstant(graph, kNoValue), std::nullopt);
  EXPECT_EQ(scalarConstant(graph, same), std::nullopt);
  EXPECT_EQ(scalarConstant(graph, one), 5.0);
}

TEST(Matcher, usedOnceCountsGraphOutputs) {
  GraphMaker m;
  const ValueId x = m.input("x", {3});
  const ValueId a = m.node(ops::relu, {x}, "a");
  const ValueId b = m.node(ops::relu, {a}, "b");
  const ValueId c = m.node(ops::add, {b, b}, "c");
  m.output("a", a);
  m.output("c", c);
  const Graph graph = m.finish();
  EXPECT_TRUE(usedOnce(graph, x));
  EXPECT_FALSE(usedOnce(graph, a));
  EXPECT_FALSE(usedOnce(graph, b)) << "read twice by one node";
  EXPECT_FALSE(usedOnce(graph, c)) << "an output, read by no node";
  EXPECT_EQ(soleUser(graph, x), graph.producer(a));
  EXPECT_EQ(soleUser(graph, a), kNoNode);
}

TEST(Matcher, slotsThatOccurTwiceAreOneValue) {
  const Pattern pattern =
      Pattern::commutative(ops::mul, Pattern::slot(0), Pattern::node(ops::sigmoid, {Pattern::slot(0)}));
  for (const bool swapped : {false, true})
    for (const bool same : {false, true}) {
      GraphMaker m;
      const ValueId x = m.input("x", {3}), y = m.input("y", {3});
      const ValueId s = m.node(ops::sigmoid, {x}, "s");
      const ValueId other = same ? x : y;
      m.output("z", m.node(ops::mul, swapped ? std::vector{s, other} : std::vector{other, s}, "z"));
      const Graph graph = m.finish();
      const auto found = match(graph, graph.producer(*graph.find("z")), pattern);
      EXPECT_EQ(found.has_value(), same);
      if (found) {
        EXPECT_EQ(found->slots, std::vector{x});
        EXPECT_EQ(found->nodes.size(), 2U);
      }
    }
}

TEST(Matcher, innerValuesHaveNoOtherReader) {
  GraphMaker m;
  const ValueId x = m.input("x", {3});
  const ValueId s = m.node(ops::sigmoid, {x}, "s");
  const ValueId z = m.node(ops::mul, {x, s}, "z");
  m.output("z", z);
  m.output("s", s);
  const Graph graph = m.finish();
  const Pattern pattern =
      Pattern::commutative(ops::mul, Pattern::slot(0), Pattern::node(ops::sigmoid, {Pattern::slot(0)}));
  EXPECT_FALSE(match(graph, graph.producer(z), pattern));
}

TEST(Matcher, symbolsAreEqualToThemselvesOnly) {
  const Dim n = Dim::symbol("N"), m = Dim::symbol("M");
  EXPECT_TRUE(sameShape(Shape({n, 3}), Shape({n, 3})));
  EXPECT_FALSE(sameShape(Shape({n, 3}), Shape({m, 3})));
  EXPECT_FALSE(sameShape(Shape({Dim(), 3}), Shape({Dim(), 3})));
  EXPECT_FALSE(sameShape(Shape(), Shape()));
}

}  // namespace
}  // namespace ridge::test
