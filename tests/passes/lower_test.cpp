#include "passes/lower.h"

#include "base/error.h"
#include "passes/pass_testing.h"

namespace ridge::test {
namespace {

using testing::HasSubstr;
using testing::Not;

Graph lowered(const Graph& graph, const std::vector<BoundShape>& shapes) {
  PassReport report;
  Graph made = lower(graph, shapes, {}, report);
  EXPECT_EQ(problemOf(made), "");
  return made;
}

TEST(Lower, gemmBecomesMatMulAndAdd) {
  for (const bool transposed : {false, true})
    for (const float alpha : {1.0F, 0.5F}) {
      GraphMaker m;
      const ValueId x = m.input("x", {Dim::symbol("N"), 5});
      const ValueId w = m.weights("w", transposed ? Dims{4, 5} : Dims{5, 4});
      m.output("y", m.node(ops::gemm, {x, w, m.weights("c", {4})}, "gemm",
                           {{"transB", int64_t{transposed}}, {"alpha", alpha}, {"beta", 3.0F}}));
      const Graph before = m.finish();
      const Graph after = lowered(before, {{"x", {2, 5}}});
      EXPECT_EQ(after.order().size(), 2U) << dump(after);
      EXPECT_THAT(dump(after), HasSubstr("float32[2,4] = MatMul(x, "));
      EXPECT_EQ(after.value(after.outputs()[0].value).source, "gemm");
      expectSameAnswers(before, after);
    }
}

TEST(Lower, gemmOfTwoActivations) {
  GraphMaker m;
  const ValueId a = m.input("a", {5, 3}), b = m.input("b", {4, 5}), c = m.input("c", {3, 1});
  m.output("y", m.node(ops::gemm, {a, b, c}, "gemm",
                       {{"transA", int64_t{1}}, {"transB", int64_t{1}}, {"alpha", 0.5F}, {"beta", 2.0F}}));
  m.output("z", m.node(ops::gemm, {a, b, c}, "no_c",
                       {{"transA", int64_t{1}}, {"transB", int64_t{1}}, {"beta", 0.0F}}));
  const Graph before = m.finish();
  const Graph after = lowered(before, {});
  EXPECT_EQ(count(after, ops::gemm), 0);
  EXPECT_EQ(count(after, ops::add), 1);
  expectSameAnswers(before, after);
}

TEST(Lower, batchNormAloneBecomesMulAndAdd) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3, 4, 4});
  const ValueId var = m.floats("var", {3}, {1, 2, 3});
  m.output("y", m.node(ops::batchNormalization,
                       {x, m.weights("s", {3}), m.weights("b", {3}), m.weights("m", {3}), var}, "bn"));
  const Graph before = m.finish();
  const Graph after = lowered(before, {});
  EXPECT_THAT(dump(after), HasSubstr("= Mul(x, bn.scale[3,1,1])"));
  EXPECT_THAT(dump(after), HasSubstr("bn.shift[3,1,1])"));
  expectSameAnswers(before, after);
}

TEST(Lower, viewsBecomeReshapesOfConstantTarget) {
  GraphMaker m;
  const ValueId x = m.input("x", {Dim::symbol("N"), 6, 1, 1});
  const ValueId pool = m.node(ops::globalAveragePool, {m.node(ops::relu, {x}, "relu")}, "pool");
  m.output("flat", m.node(ops::flatten, {pool}, "flat"));
  m.output("moved", m.node(ops::transpose, {pool}, "moved", {{"perm", Ints{0, 2, 3, 1}}}));
  const Graph before = m.finish();
  const Graph after = lowered(before, {{"x", {2, 6, 1, 1}}});
  EXPECT_EQ(count(after, ops::reshape), 2) << dump(after);
  EXPECT_EQ(count(after, ops::globalAveragePool), 0);
  EXPECT_EQ(after.order().size(), 3U) << dump(after);
  expectSameAnswers(before, after);
}

TEST(Lower, sumsBecomeAdds) {
  GraphMaker m;
  const ValueId a = m.input("a", {2, 3}), b = m.input("b", {3}), c = m.input("c", {2, 1});
  m.output("sum", m.node(ops::sumOf, {a, b, c}, "sum"));
  m.output("mean", m.node(ops::meanOf, {a, b, c}, "mean"));
  m.output("max", m.node(ops::maxOf, {a, b, c}, "max"));
  const Graph before = m.finish();
  const Graph after = lowered(before, {});
  EXPECT_EQ(count(after, ops::add), 2) << "shared by sum and mean";
  EXPECT_EQ(count(after, ops::maxOf), 2);
  expectSameAnswers(before, after);
}

// --- recognised activations

std::vector<std::string> hardSwishForms() {
  return {"sigmoid", "mul_div", "mul_mul", "div_inside", "mul_inside", "x_div", "x_mul"};
}

ValueId hardSwishForm(GraphMaker& m, ValueId x, const std::string& form, float three) {
  const auto mul = [&](ValueId a, ValueId b, const std::string& name) {
    return m.node(ops::mul, {a, b}, name);
  };
  const auto div = [&](ValueId a, ValueId b, const std::string& name) {
    return m.node(ops::div, {a, b}, name);
  };
  if (form == "sigmoid")
    return mul(m.node(ops::hardSigmoid, {x}, "hs", {{"alpha", three / 18}, {"beta", 0.5F}}), x, "y");
  const ValueId sum = m.node(ops::add, {m.scalar("three", three), x}, "sum");
  const ValueId relu6 = m.node(ops::clip, {sum, m.scalar("zero", 0), m.scalar("six", 6)}, "clip");
  const ValueId six = m.scalar("six2", 6), sixth = m.scalar("sixth", 0.16666667F);
  if (form == "mul_div") return div(mul(relu6, x, "xr"), six, "y");
  if (form == "mul_mul") return mul(mul(x, relu6, "xr"), sixth, "y");
  if (form == "div_inside") return mul(div(relu6, six, "r6"), x, "y");
  if (form == "mul_inside") return mul(x, mul(sixth, relu6, "r6"), "y");
  if (form == "x_div") return mul(relu6, div(x, six, "x6"), "y");
  return mul(mul(x, sixth, "x6"), relu6, "y");
}

TEST(Lower, integersThatLookLikeHardSwishStay) {
  GraphMaker m;
  const ValueId x = m.input("x", {4}, DType::i64);
  const ValueId sum = m.node(ops::add, {x, m.ints("three", {3})}, "sum");
  const ValueId zero = m.node(ops::squeeze, {m.ints("zero", {0})}, "zero_scalar");
  const ValueId six = m.node(ops::squeeze, {m.ints("six", {6})}, "six_scalar");
  const ValueId clipped = m.node(ops::clip, {sum, zero, six}, "clip");
  m.output("y", m.node(ops::div, {m.node(ops::mul, {x, clipped}, "xr"), m.ints("six2", {6})}, "y_raw"));
  const Graph before = m.finish();
  const Graph after = lowered(before, {});
  EXPECT_EQ(count(after, ops::hardSwish), 0);
  expectSameAnswers(before, after);
}

TEST(Lower, recognisesHardSwish) {
  for (const std::string& form : hardSwishForms())
    for (const float three : {3.0F, 2.0F}) {
      GraphMaker m;
      m.output("y", hardSwishForm(m, m.input("x", {2, 3}), form, three));
      const Graph before = m.finish();
      const Graph after = lowered(before, {});
      EXPECT_EQ(count(after, ops::hardSwish), three == 3.0F ? 1 : 0) << form << "\n" << dump(after);
      EXPECT_EQ(after.order().size() == 1, three == 3.0F) << form;
      expectSameAnswers(before, after);
    }
}

TEST(Lower, recognisesSilu) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3}), z = m.input("z", {2, 3});
  m.output("y", m.node(ops::mul, {m.node(ops::sigmoid, {x}, "s"), x}, "y"));
  m.output("gate", m.node(ops::mul, {m.node(ops::sigmoid, {z}, "sz"), x}, "gate"));
  const Graph before = m.finish();
  const Graph after = lowered(before, {});
  EXPECT_EQ(count(after, ops::silu), 1);
  EXPECT_EQ(count(after, ops::sigmoid), 1);
  expectSameAnswers(before, after);
}

// --- concat_prefix

TEST(ConcatPrefix, chainsNest) {
  GraphMaker m;
  ValueId y = m.node(ops::relu, {m.input("x", {1, 2, 3, 3})}, "part0");
  std::vector<ValueId> parts{y};
  for (int at = 1; at < 5; ++at) {
    parts.push_back(m.node(ops::sigmoid, {y}, "part" + std::to_string(at)));
    y = m.node(ops::concat, parts, "cat" + std::to_string(at), {{"axis", int64_t{at % 2 == 0 ? 1 : -3}}});
    y = m.node(ops::globalAveragePool, {y}, "pool" + std::to_string(at));
    y = m.node(ops::expand, {y, m.ints("shape" + std::to_string(at), {1, 2 * at + 2, 3, 3})},
               "wide" + std::to_string(at));
    y = m.node(ops::slice,
               {y, m.ints("b" + std::to_string(at), {0}), m.ints("e" + std::to_string(at), {2}),
                m.ints("a" + std::to_string(at), {1})},
               "cut" + std::to_string(at));
  }
  m.output("y", y);
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "concat_prefix");
  EXPECT_EQ(count(graph, ops::concat), 4);
  for (const NodeId id : graph.order())
    EXPECT_TRUE(graph.node(id).op != &ops::concat || graph.node(id).in.size() == 2) << dump(graph);
  expectSameAnswers(before, graph);
}

TEST(ConcatPrefix, leavesOtherAxesAndOrders) {
  GraphMaker m;
  const ValueId a = m.input("a", {1, 2, 2}), b = m.input("b", {1, 2, 2}), c = m.input("c", {1, 2, 2});
  m.output("ab1", m.node(ops::concat, {a, b}, "ab1", {{"axis", int64_t{1}}}));
  m.output("abc2", m.node(ops::concat, {a, b, c}, "abc2", {{"axis", int64_t{2}}}));
  m.output("bac1", m.node(ops::concat, {b, a, c}, "bac1", {{"axis", int64_t{1}}}));
  m.output("ab1c", m.node(ops::concat, {a, c, b}, "acb1", {{"axis", int64_t{1}}}));
  Graph graph = m.finish();
  EXPECT_TRUE(runPass(graph, "concat_prefix").patches.empty());
}

// --- what cannot be lowered

TEST(Lower, refusesCustomOpsByName) {
  static constexpr Op kCustom{.name = "Foo", .domain = "com.example", .traits = {.opaque = true}};
  Graph graph;
  const ValueId x = graph.addInput("x", DType::f32, Shape({2}));
  const ValueId y = graph.addValue("y", DType::f32, Shape({2}));
  graph.addNode({.op = &kCustom, .attrs = nullptr, .in = {x}, .out = {y}, .name = "foo", .origins = {}});
  graph.addOutput("y", y);
  PassReport report;
  try {
    lower(graph, {}, {}, report);
    FAIL() << "a custom op was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::input);
    EXPECT_THAT(error.what(), HasSubstr("com.example.Foo"));
  }
}

TEST(Lower, requiredPassesStayOn) {
  GraphMaker m;
  m.output("y", m.node(ops::flatten, {m.input("x", {2, 3})}, "y"));
  const Graph graph = m.finish();
  PassReport report;
  EXPECT_THROW(lower(graph, {}, {.disabled = {"reshape_only"}}, report), Error);
}

}  // namespace
}  // namespace ridge::test
