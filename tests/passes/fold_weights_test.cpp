// Scales and shifts that go into weights.
#include "passes/pass_testing.h"

namespace ridge::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

struct ConvCase {
  int64_t group = 1;
  bool bias = true;
  Ints pads = {1, 1, 1, 1};
};

ValueId conv(GraphMaker& m, ValueId x, int64_t in, int64_t out, const ConvCase& how,
             const std::string& name) {
  std::vector<ValueId> inputs{x, m.weights(name + ".w", {out, in / how.group, 3, 3})};
  if (how.bias) inputs.push_back(m.weights(name + ".b", {out}));
  return m.node(ops::conv, inputs, name, {{"pads", how.pads}, {"group", how.group}});
}

ValueId batchNorm(GraphMaker& m, ValueId x, int64_t channels, const std::string& name, float variance = 2) {
  const ValueId var = m.floats(name + ".var", {channels}, Floats(static_cast<size_t>(channels), variance));
  return m.node(ops::batchNormalization,
                {x, m.weights(name + ".s", {channels}), m.weights(name + ".b", {channels}),
                 m.weights(name + ".m", {channels}), var},
                name, {{"epsilon", 0.001F}});
}

TEST(BatchNormIntoProducer, conv) {
  for (const int64_t group : {int64_t{1}, int64_t{2}, int64_t{4}})
    for (const bool bias : {false, true}) {
      GraphMaker m;
      const ValueId x = m.input("x", {Dim::symbol("N"), 4, 6, 6});
      m.output("y", batchNorm(m, conv(m, x, 4, 8, {.group = group, .bias = bias}, "conv"), 8, "bn"));
      Graph graph = m.finish();
      const Graph before = graph;
      const PassReport report = runPass(graph, "batch_norm_into_producer");
      EXPECT_EQ(count(graph, ops::batchNormalization), 0);
      EXPECT_EQ(graph.order().size(), 1U);
      ASSERT_EQ(report.patches.size(), 1U);
      EXPECT_EQ(report.patches[0].sentence, "bn folded into the weights of conv");
      const Node& node = graph.node(graph.order()[0]);
      EXPECT_THAT(node.origins, ElementsAre("bn", "conv"));
      EXPECT_EQ(graph.value(node.out[0]).source, "bn");
      expectSameAnswers(before, graph);
    }
}

TEST(BatchNormIntoProducer, gemmAndMatMul) {
  for (const bool transposed : {false, true}) {
    GraphMaker m;
    const ValueId x = m.input("x", {3, 5});
    const ValueId w = m.weights("w", transposed ? Dims{4, 5} : Dims{5, 4});
    const ValueId gemm = m.node(ops::gemm, {x, w, m.weights("c", {4})}, "gemm",
                                {{"transB", int64_t{transposed}}, {"alpha", 0.5F}, {"beta", 2.0F}});
    m.output("y", batchNorm(m, gemm, 4, "bn"));
    const ValueId product = m.node(ops::matMul, {x, m.weights("w2", {5, 4})}, "matmul");
    m.output("z", batchNorm(m, product, 4, "bn2"));
    Graph graph = m.finish();
    const Graph before = graph;
    runPass(graph, "batch_norm_into_producer");
    EXPECT_EQ(count(graph, ops::gemm), 2);
    EXPECT_EQ(graph.order().size(), 2U);
    expectSameAnswers(before, graph);
  }
}

TEST(BatchNormIntoProducer, leavesSharedWeightsToTheOthers) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 4, 6, 6});
  const ValueId w = m.weights("w", {4, 4, 3, 3});
  m.output("y", batchNorm(m, m.node(ops::conv, {x, w}, "a"), 4, "bn"));
  m.output("z", m.node(ops::conv, {x, w}, "b"));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "batch_norm_into_producer");
  EXPECT_EQ(count(graph, ops::batchNormalization), 0);
  expectSameAnswers(before, graph);
}

TEST(BatchNormIntoProducer, declinesWithAReason) {
  const auto reasonFor = [](auto&& build) {
    GraphMaker m;
    build(m);
    Graph graph = m.finish();
    const std::string before = dump(graph);
    const PassReport report = runPass(graph, "batch_norm_into_producer");
    EXPECT_EQ(dump(graph), before);
    return report.declined.empty() ? "" : report.declined[0].sentence;
  };
  EXPECT_THAT(reasonFor([](GraphMaker& m) {
                const ValueId c = conv(m, m.input("x", {1, 4, 6, 6}), 4, 4, {}, "conv");
                m.output("y", batchNorm(m, c, 4, "bn"));
                m.output("c", c);
              }),
              HasSubstr("also read elsewhere"));
  EXPECT_THAT(reasonFor([](GraphMaker& m) {
                const ValueId w = m.input("w", {4, 4, 3, 3});
                const ValueId c = m.node(ops::conv, {m.input("x", {1, 4, 6, 6}), w}, "conv");
                m.output("y", batchNorm(m, c, 4, "bn"));
              }),
              HasSubstr("not constant"));
  EXPECT_THAT(reasonFor([](GraphMaker& m) {
                const ValueId c = conv(m, m.input("x", {1, 4, 6, 6}), 4, 4, {}, "conv");
                m.output("y", batchNorm(m, c, 4, "bn", -1));
              }),
              HasSubstr("not positive"));
  EXPECT_THAT(reasonFor([](GraphMaker& m) {
                const ValueId w = m.weights("w", {4, 4, 3, 3}, 3e38F);
                const ValueId c = m.node(ops::conv, {m.input("x", {1, 4, 6, 6}), w}, "conv");
                const ValueId s = m.floats("s", {4}, {9, 9, 9, 9}), one = m.floats("1", {4}, {1, 1, 1, 1});
                m.output("y", m.node(ops::batchNormalization, {c, s, s, s, one}, "bn"));
              }),
              HasSubstr("not finite"));
}

TEST(ScaleIntoProducer, foldsArithmeticByChannel) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 4, 6, 6});
  ValueId y = conv(m, x, 4, 8, {.bias = false}, "conv");
  y = m.node(ops::mul, {m.weights("m", {8, 1, 1}), y}, "mul");
  y = m.node(ops::add, {y, m.weights("a", {1, 8, 1, 1})}, "add");
  y = m.node(ops::sub, {m.scalar("s", 0.5F), y}, "sub");
  y = m.node(ops::div, {y, m.scalar("d", 3)}, "div");
  m.output("y", y);
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "scale_into_producer");
  EXPECT_EQ(graph.order().size(), 1U);
  expectSameAnswers(before, graph);
}

TEST(ScaleIntoProducer, matMulTakesAScaleOfAnyRankButNoSum) {
  GraphMaker m;
  const ValueId product = m.node(ops::matMul, {m.input("x", {2, 3, 5}), m.weights("w", {5, 4})}, "matmul");
  const ValueId scaled = m.node(ops::mul, {product, m.weights("m", {4})}, "mul");
  m.output("y", m.node(ops::add, {scaled, m.weights("a", {4})}, "add"));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "scale_into_producer");
  EXPECT_EQ(count(graph, ops::mul), 0);
  EXPECT_EQ(count(graph, ops::add), 1);
  expectSameAnswers(before, graph);
}

TEST(ScaleIntoProducer, leavesWhatIsNoScaleOfAChannel) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 4, 6, 6});
  const ValueId a = conv(m, x, 4, 4, {}, "a"), b = conv(m, x, 4, 4, {}, "b"), c = conv(m, x, 4, 1, {}, "c");
  m.output("columns", m.node(ops::mul, {a, m.weights("ma", {6})}, "mul_a"));
  m.output("divided", m.node(ops::div, {m.scalar("db", 1), b}, "div_b"));
  m.output("stretched", m.node(ops::mul, {c, m.weights("mc", {5, 1, 1})}, "mul_c"));
  Graph graph = m.finish();
  const PassReport report = runPass(graph, "scale_into_producer");
  EXPECT_TRUE(report.patches.empty());
  EXPECT_EQ(report.declined.size(), 2U);
}

TEST(AffineIntoConsumer, foldsWhereTheConvPadsNothing) {
  for (const int64_t group : {int64_t{1}, int64_t{2}}) {
    GraphMaker m;
    const ValueId x = m.input("x", {2, 4, 6, 6});
    const ValueId centred = m.node(ops::sub, {x, m.weights("mean", {4, 1, 1})}, "sub");
    const ValueId scaled = m.node(ops::div, {centred, m.floats("std", {4, 1, 1}, {1, 2, 3, 4})}, "div");
    const ValueId normed = batchNorm(m, scaled, 4, "bn");
    m.output("y", conv(m, normed, 4, 8, {.group = group, .pads = {0, 0, 0, 0}}, "conv"));
    Graph graph = m.finish();
    const Graph before = graph;
    runPass(graph, "affine_into_consumer");
    EXPECT_EQ(graph.order().size(), 1U);
    expectSameAnswers(before, graph);
  }
}

TEST(AffineIntoConsumer, padsAllowAScaleButNoShift) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 4, 6, 6});
  const ValueId centred = m.node(ops::sub, {x, m.weights("mean", {4, 1, 1})}, "sub");
  const ValueId scaled = m.node(ops::mul, {centred, m.scalar("scale", 0.25F)}, "mul");
  m.output("y", conv(m, scaled, 4, 8, {}, "conv"));
  Graph graph = m.finish();
  const Graph before = graph;
  const PassReport report = runPass(graph, "affine_into_consumer");
  EXPECT_EQ(count(graph, ops::mul), 0);
  EXPECT_EQ(count(graph, ops::sub), 1);
  EXPECT_THAT(declinedSentences(report), ElementsAre(HasSubstr("pads with zeros")));
  expectSameAnswers(before, graph);
}

TEST(AffineIntoConsumer, leavesWhatOthersReadOrStretches) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 1, 6, 6}), z = m.input("z", {1, 4, 6, 6});
  const ValueId stretched = m.node(ops::mul, {x, m.weights("m", {4, 1, 1})}, "stretch");
  m.output("y", conv(m, stretched, 4, 4, {}, "conv"));
  const ValueId shared = m.node(ops::mul, {z, m.scalar("s", 2)}, "shared");
  m.output("shared", shared);
  m.output("w", conv(m, shared, 4, 4, {}, "conv2"));
  Graph graph = m.finish();
  const PassReport report = runPass(graph, "affine_into_consumer");
  EXPECT_TRUE(report.patches.empty());
  EXPECT_EQ(report.declined.size(), 2U);
}

}  // namespace
}  // namespace ridge::test
