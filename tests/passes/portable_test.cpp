// The portable passes one by one: what they make, and what they leave.
#include <limits>

#include "passes/pass_testing.h"

namespace ridge::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

const Dim kN = Dim::symbol("N");

// --- no_op

TEST(NoOp, removesWhatDoesNothing) {
  GraphMaker m;
  const ValueId one = m.floats("one", {1, 1}, {1}), zero = m.scalar("zero", 0);
  ValueId y = m.node(ops::relu, {m.input("x", {kN, 3, 4, 4})}, "first");
  y = m.node(ops::identity, {y}, "identity");
  y = m.node(ops::dropout, {y}, "dropout");
  y = m.node(ops::cast, {y}, "cast", {{"to", int64_t{1}}});
  y = m.node(ops::transpose, {y}, "transpose", {{"perm", Ints{0, 1, 2, 3}}});
  y = m.node(ops::pad, {y, m.ints("pads", {0, 0, 0, 0, 0, 0, 0, 0})}, "pad");
  y = m.node(ops::reshape, {y, m.ints("shape", {0, 3, 4, -1})}, "reshape");
  y = m.node(ops::concat, {y}, "concat", {{"axis", int64_t{1}}});
  y = m.node(ops::clip, {y}, "clip");
  y = m.node(ops::averagePool, {y}, "pool", {{"kernel_shape", Ints{1, 1}}});
  y = m.node(ops::mul, {one, y}, "mul");
  y = m.node(ops::add, {y, zero}, "add");
  y = m.node(ops::sub, {y, zero}, "sub");
  y = m.node(ops::div, {y, one}, "div");
  m.output("y", m.node(ops::relu, {y}, "last"));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "no_op");
  EXPECT_EQ(dump(graph),
            "input x: float32[N,3,4,4]\n"
            "first: float32[N,3,4,4] = Relu(x) # first\n"
            "last: float32[N,3,4,4] = Relu(first) # last\n"
            "output y = last\n");
  expectSameAnswers(before, graph);
}

TEST(NoOp, leavesWhatDoesSomething) {
  GraphMaker m;
  const ValueId x = m.input("x", {4, 4}), n = m.input("n", {Dim(), 4});
  const ValueId zero = m.scalar("zero", 0), one = m.scalar("one", 1);
  const ValueId shape = m.ints("shape", {4, 4});
  m.output("a", m.node(ops::sub, {zero, x}, "negated"));
  m.output("b", m.node(ops::div, {one, x}, "reciprocal"));
  m.output("c", m.node(ops::mul, {x, m.floats("ones", {2, 1, 1}, {1, 1})}, "stretched"));
  m.output("d", m.node(ops::transpose, {x}, "reversed"));
  m.output("e", m.node(ops::slice,
                       {x, m.ints("-1", {-1}), m.ints("end", {-9}), m.ints("0", {0}), m.ints("step", {-1})},
                       "backwards"));
  m.output("f", m.node(ops::reshape, {n, shape}, "pinned"));
  m.output("g", m.node(ops::clip, {x, zero}, "clip"));
  m.output("h", m.node(ops::cast, {x}, "cast", {{"to", int64_t{7}}}));
  Graph graph = m.finish();
  EXPECT_THAT(runPass(graph, "no_op").patches, testing::IsEmpty());
}

TEST(NoOp, aReshapeOfAConstantKeepsTheConstant) {
  GraphMaker m;
  const ValueId c = m.ints("c", {5, 6});
  m.output("y", m.node(ops::reshape, {c, m.input("shape", {1}, DType::i64)}, "reshape"));
  Graph graph = m.finish();
  runPass(graph, "no_op");
  for (const NodeId id : graph.order()) EXPECT_EQ(graph.node(id).in[0], *graph.find("c"));
}

// --- fold_constants

TEST(FoldConstants, computesAndKnows) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3});
  const ValueId sum = m.node(ops::add, {m.floats("a", {3}, {1, 2, 3}), m.scalar("b", 1)}, "sum");
  m.output("y", m.node(ops::add, {x, m.node(ops::neg, {sum}, "neg")}, "y"));
  m.output("shape", m.node(ops::shapeOf, {x}, "shape"));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "fold_constants");
  EXPECT_THAT(dump(graph), HasSubstr("= Add(x, neg"));
  EXPECT_EQ(count(graph, ops::neg), 0);
  EXPECT_EQ(count(graph, ops::shapeOf), 0);
  expectSameAnswers(before, graph);
}

TEST(FoldConstants, leavesQuantizationAlone) {
  GraphMaker m;
  const ValueId q = m.node(ops::quantizeLinear, {m.floats("w", {2}, {1, 2}), m.scalar("s", 0.5F)}, "q");
  const ValueId dq = m.node(ops::dequantizeLinear, {q, m.scalar("s2", 0.5F)}, "dq");
  m.output("y", m.node(ops::add, {m.input("x", {2}), dq}, "y"));
  Graph graph = m.finish();
  EXPECT_TRUE(runPass(graph, "fold_constants").patches.empty());
}

TEST(FoldConstants, declinesOverTheLimit) {
  GraphMaker m;
  const ValueId big = m.node(ops::expand, {m.scalar("s", 1), m.ints("shape", {1000, 1000})}, "big");
  m.output("y", m.node(ops::add, {m.input("x", {1000, 1000}), big}, "y"));
  Graph graph = m.finish();
  PassReport report;
  const Pass* pass = findPass("fold_constants");
  runPasses(graph, {pass, 1}, {.foldLimitBytes = 1000}, report);
  EXPECT_EQ(count(graph, ops::expand), 1);
  EXPECT_THAT(declinedSentences(report), ElementsAre(HasSubstr("the limit is 1000")));
  runPasses(graph, {pass, 1}, {}, report);
  EXPECT_EQ(count(graph, ops::expand), 0);
  EXPECT_THAT(report.declined, testing::IsEmpty());
}

TEST(FoldConstants, theLimitIsForAllTogether) {
  GraphMaker m;
  ValueId y = m.input("x", {100});
  for (int at = 0; at < 10; ++at) {
    const std::string name = "big" + std::to_string(at);
    y = m.node(ops::add,
               {y, m.node(ops::expand, {m.scalar(name + ".s", 1), m.ints(name + ".shape", {100})}, name)},
               "add" + std::to_string(at));
  }
  m.output("y", y);
  Graph graph = m.finish();
  PassReport report;
  runPasses(graph, {findPass("fold_constants"), 1}, {.foldLimitBytes = 1700}, report);
  EXPECT_EQ(count(graph, ops::expand), 6) << "400 bytes less 12 each";
}

TEST(FoldConstants, whatFailsToComputeStays) {
  GraphMaker m;
  const ValueId taken = m.node(ops::gather, {m.floats("w", {2}, {1, 2}), m.ints("index", {7})}, "gather");
  m.output("y", m.node(ops::add, {m.input("x", {1}), taken}, "y"));
  Graph graph = m.finish();
  const PassReport report = runPass(graph, "fold_constants");
  EXPECT_EQ(count(graph, ops::gather), 1);
  EXPECT_THAT(declinedSentences(report), ElementsAre(HasSubstr("cannot be computed")));
}

// --- reshapes

TEST(ReshapeTarget, aComputedTargetBecomesConstantWithASymbolicBatch) {
  GraphMaker m;
  const ValueId x = m.input("x", {kN, 2, 3});
  const ValueId shape = m.node(ops::shapeOf, {x}, "shape");
  const ValueId batch = m.node(ops::gather, {shape, m.ints("0", {0})}, "batch");
  const ValueId target = m.node(ops::concat, {batch, m.ints("6", {6})}, "target", {{"axis", int64_t{0}}});
  m.output("y", m.node(ops::reshape, {x, target}, "y"));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "reshape_target");
  EXPECT_EQ(graph.order().size(), 1U);
  EXPECT_THAT(dump(graph), HasSubstr("float32[N,6] = Reshape(x, y.shape"));
  expectSameAnswers(before, graph);
}

TEST(ReshapeTarget, severalSymbolsAreCopied) {
  const Dim t = Dim::symbol("T");
  GraphMaker m;
  const ValueId x = m.input("x", {kN, t, 4, 2});
  const ValueId shape = m.node(ops::shapeOf, {x}, "shape");
  const ValueId lead = m.node(ops::slice, {shape, m.ints("0", {0}), m.ints("2", {2})}, "lead");
  const ValueId target = m.node(ops::concat, {lead, m.ints("8", {8})}, "target", {{"axis", int64_t{0}}});
  m.output("y", m.node(ops::reshape, {x, target}, "y"));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "reshape_target");
  const Node& node = graph.node(graph.order().back());
  EXPECT_THAT(toInts(*graph.constant(node.in[1])), ElementsAre(0, 0, 8));
  expectSameAnswers(before, graph);
}

TEST(ReshapeTarget, declinesWhatItDoesNotKnow) {
  GraphMaker m;
  m.output("y", m.node(ops::reshape, {m.input("x", {kN, 6}), m.input("shape", {3}, DType::i64)}, "y"));
  Graph graph = m.finish();
  EXPECT_EQ(runPass(graph, "reshape_target").declined.size(), 1U);
}

TEST(ReshapeChain, becomesOne) {
  GraphMaker m;
  ValueId y = m.input("x", {kN, 4, 1, 1});
  y = m.node(ops::squeeze, {y, m.ints("23", {2, 3})}, "squeeze");
  y = m.node(ops::unsqueeze, {y, m.ints("1", {1})}, "unsqueeze");
  y = m.node(ops::flatten, {y}, "flatten");
  m.output("y", y);
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "reshape_chain");
  EXPECT_THAT(dump(graph), HasSubstr("float32[N,4] = Reshape(x, flatten.shape"));
  EXPECT_EQ(graph.order().size(), 1U);
  expectSameAnswers(before, graph);
}

TEST(ReshapeChain, copiedDimensionsComeFromTheirOwnInput) {
  GraphMaker m;
  const ValueId x = m.input("x", {Dim(), Dim(), 4});
  const ValueId first = m.node(ops::reshape, {x, m.ints("shape1", {2, 2, -1})}, "first");
  // Here 0 is `first`'s 2; read from x it would be another number.
  m.output("y", m.node(ops::reshape, {first, m.ints("shape2", {0, -1})}, "second"));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "reshape_chain");
  EXPECT_EQ(graph.order().size(), 1U);
  EXPECT_THAT(toInts(*graph.constant(graph.node(graph.order()[0]).in[1])), ElementsAre(2, -1));
  expectSameAnswers(before, graph);
}

TEST(ReshapeChain, readersOfTheFirstKeepIt) {
  GraphMaker m;
  const ValueId first = m.node(ops::reshape, {m.input("x", {2, 6}), m.ints("s1", {3, 4})}, "first");
  m.output("first", first);
  m.output("y", m.node(ops::reshape, {first, m.ints("s2", {2, 6})}, "second"));
  Graph graph = m.finish();
  const Graph before = graph;
  PassReport report;
  runPasses(graph, portablePasses(), {}, report);
  EXPECT_EQ(count(graph, ops::reshape), 1);
  expectSameAnswers(before, graph);
}

// --- transposes

TEST(TransposeChain, composesAndCancels) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3, 4});
  const ValueId a = m.node(ops::transpose, {x}, "a", {{"perm", Ints{1, 2, 0}}});
  m.output("b", m.node(ops::transpose, {a}, "b", {{"perm", Ints{1, 0, 2}}}));
  const ValueId c = m.node(ops::transpose, {a}, "c", {{"perm", Ints{2, 0, 1}}});
  m.output("y", m.node(ops::relu, {c}, "relu"));
  Graph graph = m.finish();
  const Graph before = graph;
  PassReport report;
  runPasses(graph, portablePasses(), {}, report);
  EXPECT_EQ(count(graph, ops::transpose), 1);
  EXPECT_THAT(dump(graph), HasSubstr("= Relu(x)"));
  EXPECT_THAT(dump(graph), HasSubstr("= Transpose(x) {perm=[2,1,0]}"));
  expectSameAnswers(before, graph);
}

TEST(TransposeChain, reversesByDefault) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3, 4});
  m.output("y", m.node(ops::transpose, {m.node(ops::transpose, {x}, "a")}, "b", {{"perm", Ints{0, 2, 1}}}));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "transpose_chain");
  EXPECT_EQ(count(graph, ops::transpose), 1);
  expectSameAnswers(before, graph);
}

// --- pools

TEST(PoolByMean, takesAllSpatialAxes) {
  for (const bool keep : {true, false}) {
    GraphMaker m;
    const ValueId x = m.input("x", {kN, 3, 4, 5});
    m.output("y",
             m.node(ops::reduceMean, {x, m.ints("axes", {-1, 2})}, "mean", {{"keepdims", int64_t{keep}}}));
    m.output("z", m.node(ops::averagePool, {x}, "pool", {{"kernel_shape", Ints{4, 5}}}));
    Graph graph = m.finish();
    const Graph before = graph;
    runPass(graph, "pool_by_mean");
    EXPECT_EQ(count(graph, ops::globalAveragePool), 2);
    EXPECT_EQ(count(graph, ops::flatten), keep ? 0 : 1);
    expectSameAnswers(before, graph);
  }
}

TEST(PoolByMean, leavesOtherMeansAndWindows) {
  GraphMaker m;
  const ValueId x = m.input("x", {kN, 3, 4, 4});
  m.output("a", m.node(ops::reduceMean, {x, m.ints("12", {1, 2})}, "a"));
  m.output("b", m.node(ops::reduceMean, {x, m.ints("2", {2})}, "b"));
  m.output("c", m.node(ops::averagePool, {x}, "c", {{"kernel_shape", Ints{4, 3}}}));
  m.output("d",
           m.node(ops::averagePool, {x}, "d", {{"kernel_shape", Ints{4, 4}}, {"pads", Ints{1, 1, 1, 1}}}));
  m.output("e", m.node(ops::averagePool, {x}, "e",
                       {{"kernel_shape", Ints{4, 4}}, {"auto_pad", std::string("SAME_UPPER")}}));
  Graph graph = m.finish();
  EXPECT_TRUE(runPass(graph, "pool_by_mean").patches.empty());
}

// --- pad_into_window

TEST(PadIntoWindow, convAndPools) {
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  GraphMaker m;
  const ValueId x = m.input("x", {kN, 2, 5, 5});
  const ValueId pads = m.ints("pads", {0, 0, 1, 0, 0, 0, 1, 2});
  const ValueId zero = m.node(ops::pad, {x, pads}, "zero");
  const ValueId lowest = m.node(ops::pad, {x, pads, m.scalar("inf", -kInfinity)}, "lowest");
  const ValueId relu = m.node(ops::relu, {x}, "relu");
  const ValueId axes =
      m.node(ops::pad, {relu, m.ints("two", {1, 1, 1, 1}), kNoValue, m.ints("axes", {-1, 2})}, "axes");
  m.output("a",
           m.node(ops::conv, {zero, m.weights("w", {3, 2, 3, 3})}, "conv", {{"pads", Ints{0, 1, 2, 0}}}));
  m.output("b", m.node(ops::averagePool, {zero}, "average", {{"kernel_shape", Ints{3, 3}}}));
  m.output("c",
           m.node(ops::maxPool, {lowest}, "max", {{"kernel_shape", Ints{3, 3}}, {"strides", Ints{2, 2}}}));
  m.output("d", m.node(ops::maxPool, {axes}, "max_relu", {{"kernel_shape", Ints{3, 3}}}));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "pad_into_window");
  EXPECT_EQ(count(graph, ops::pad), 0);
  EXPECT_THAT(dump(graph), HasSubstr("pads=[1,1,3,2]"));
  EXPECT_THAT(dump(graph), HasSubstr("count_include_pad=1"));
  expectSameAnswers(before, graph);
}

TEST(PadIntoWindow, declinesWhereTheNumbersWouldDiffer) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 2, 5, 5});
  const ValueId pads = m.ints("pads", {0, 0, 1, 1, 0, 0, 1, 1});
  const ValueId zero = m.node(ops::pad, {x, pads}, "zero");
  const ValueId one = m.node(ops::pad, {x, pads, m.scalar("1", 1)}, "one");
  const ValueId mirror = m.node(ops::pad, {x, pads}, "mirror", {{"mode", std::string("reflect")}});
  const ValueId crop = m.node(ops::pad, {x, m.ints("crop", {0, 0, -1, 1, 0, 0, 1, 1})}, "crop");
  const ValueId channel = m.node(ops::pad, {x, m.ints("channel", {0, 1, 0, 0, 0, 0, 0, 0})}, "channel");
  const ValueId w = m.weights("w", {3, 2, 3, 3}), w3 = m.weights("w3", {3, 3, 3, 3});
  const std::pair<std::string, AttributeValue> kernel{"kernel_shape", Ints{3, 3}};
  m.output("a", m.node(ops::conv, {one, w}, "a"));
  m.output("b", m.node(ops::conv, {mirror, w}, "b"));
  m.output("c", m.node(ops::conv, {crop, w}, "c"));
  m.output("d", m.node(ops::conv, {channel, w3}, "d"));
  m.output("e", m.node(ops::conv, {zero, w}, "e", {{"auto_pad", std::string("SAME_UPPER")}}));
  m.output("f", m.node(ops::maxPool, {zero}, "f", {kernel}));
  m.output("g", m.node(ops::averagePool, {zero}, "g", {kernel, {"pads", Ints{1, 1, 1, 1}}}));
  m.output("h", m.node(ops::averagePool, {zero}, "h", {kernel, {"ceil_mode", int64_t{1}}}));
  const ValueId line = m.node(ops::relu, {m.input("line", {1, 1, 1})}, "line_relu");
  const ValueId wide = m.node(ops::pad, {line, m.ints("wide_pads", {0, 0, 1, 0, 0, 1})}, "wide");
  m.output("j", m.node(ops::maxPool, {wide}, "j", {{"kernel_shape", Ints{2}}, {"dilations", Ints{2}}}));
  m.output("i", m.node(ops::averagePool, {zero}, "i", {{"kernel_shape", Ints{1, 1}}}));
  Graph graph = m.finish();
  const PassReport report = runPass(graph, "pad_into_window");
  EXPECT_TRUE(report.patches.empty());
  EXPECT_EQ(report.declined.size(), 10U);
}

// --- duplicates and the dead

TEST(DuplicateNodes, mergesWholeBranches) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 2, 5, 5}), w = m.weights("w", {3, 2, 3, 3});
  const ValueId a = m.node(ops::relu, {m.node(ops::conv, {x, w}, "a")}, "ra");
  const ValueId b = m.node(ops::relu, {m.node(ops::conv, {x, w}, "b")}, "rb");
  const ValueId c = m.node(ops::conv, {x, w}, "c", {{"strides", Ints{2, 2}}});
  m.output("y", m.node(ops::add, {a, b}, "y"));
  m.output("c", c);
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "duplicate_nodes");
  EXPECT_EQ(count(graph, ops::conv), 2);
  EXPECT_EQ(count(graph, ops::relu), 1);
  EXPECT_THAT(dump(graph), HasSubstr("= Add(ra, ra)"));
  expectSameAnswers(before, graph);
}

TEST(DuplicateConstants, mergesEqualOnes) {
  GraphMaker m;
  const ValueId x = m.input("x", {3});
  const ValueId a = m.node(ops::add, {x, m.floats("c1", {3}, {1, 2, 3})}, "a");
  const ValueId b = m.node(ops::mul, {a, m.floats("c2", {3}, {1, 2, 3})}, "b");
  const ValueId c = m.node(ops::sub, {b, m.floats("c3", {3}, {1, 2, 4})}, "c");
  m.output("y", m.node(ops::div, {c, m.floats("c4", {1, 3}, {1, 2, 3})}, "d"));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "duplicate_constants");
  EXPECT_EQ(graph.node(graph.order()[0]).in[1], graph.node(graph.order()[1]).in[1]);
  EXPECT_FALSE(graph.find("c2"));
  EXPECT_TRUE(graph.find("c3"));
  EXPECT_TRUE(graph.find("c4"));
  expectSameAnswers(before, graph);
}

TEST(DeadNodes, dropsWhatNoOutputNeeds) {
  GraphMaker m;
  const ValueId x = m.input("x", {3});
  m.node(ops::relu, {m.node(ops::sigmoid, {x}, "dead")}, "deader");
  m.output("y", m.node(ops::relu, {x}, "alive"));
  Graph graph = m.finish();
  const PassReport report = runPass(graph, "dead_nodes");
  EXPECT_EQ(graph.order().size(), 1U);
  EXPECT_EQ(report.patches.size(), 1U);
}

}  // namespace
}  // namespace ridge::test
