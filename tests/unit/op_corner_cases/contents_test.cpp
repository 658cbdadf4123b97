// Inference with symbolic dimensions and partly known contents.
#include "ir/patch.h"
#include "support/graph_maker.h"
#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

constexpr int64_t kFar = 2147483647;  // what exporters write for "to the end"
const Dim kN = Dim::symbol("N"), kH = Dim::symbol("H");

std::string shapeOf(const Graph& graph, const std::string& name) {
  return graph.value(*graph.find(name)).shape.toString();
}

std::string contentsOf(const Graph& graph, const std::string& name) {
  const auto& contents = graph.value(*graph.find(name)).contents;
  return contents ? Shape(*contents).toString() : "none";
}

TEST(Contents, FlattenByHandKeepsTheBatch) {
  GraphMaker g;
  const ValueId x = g.input("x", {kN, 3, 4});
  const ValueId batch = g.node(ops::gather, {g.node(ops::shapeOf, {x}, "s"), g.ints("zero", {0})}, "batch");
  const ValueId shape = g.node(ops::concat, {batch, g.ints("rest", {-1})}, "shape", {{"axis", int64_t{0}}});
  g.node(ops::reshape, {x, shape}, "y");
  const Graph graph = g.finish();
  EXPECT_EQ(contentsOf(graph, "s"), "[N,3,4]");
  EXPECT_EQ(contentsOf(graph, "shape"), "[N,-1]");
  EXPECT_EQ(shapeOf(graph, "y"), "[N,12]");
}

TEST(Contents, ScalarsPassThroughUnsqueezeSliceCastAndArithmetic) {
  GraphMaker g;
  const ValueId x = g.input("x", {kN, 3, 8, 10});
  const ValueId shape = g.node(ops::shapeOf, {x}, "s");
  const ValueId spatial = g.node(ops::slice, {shape, g.ints("two", {2}), g.ints("far", {1 << 30})}, "hw");
  const ValueId half = g.node(ops::div, {spatial, g.ints("by", {2})}, "half");
  const ValueId as32 = g.node(ops::cast, {half}, "as32", {{"to", static_cast<int64_t>(DType::i32)}});
  const ValueId back = g.node(ops::cast, {as32}, "back", {{"to", static_cast<int64_t>(DType::i64)}});
  const ValueId front = g.node(ops::slice, {shape, g.ints("zero", {0}), g.ints("till", {2})}, "nc");
  const ValueId same = g.node(ops::mul, {front, g.ints("ones", {1, 5})}, "scaled");
  g.node(ops::concat, {same, back}, "all", {{"axis", int64_t{0}}});
  const ValueId one = g.node(ops::gather, {shape, g.ints("i", {-4})}, "one");
  const ValueId scalar = g.node(ops::squeeze, {one, g.ints("a0", {0})}, "scalar");
  g.node(ops::unsqueeze, {scalar, g.ints("a1", {0})}, "vector");
  g.node(ops::add, {spatial, one}, "unknown");
  g.node(ops::sub, {spatial, g.ints("three", {3})}, "less");
  const Graph graph = g.finish();
  EXPECT_EQ(contentsOf(graph, "hw"), "[8,10]");
  EXPECT_EQ(contentsOf(graph, "all"), "[N,15,4,5]");
  EXPECT_EQ(contentsOf(graph, "vector"), "[N]");
  EXPECT_EQ(contentsOf(graph, "unknown"), "[?,?]");
  EXPECT_EQ(contentsOf(graph, "less"), "[5,7]");
}

TEST(Contents, ArithmeticThatOverflowsIsUnknown) {
  GraphMaker g;
  const int64_t large = int64_t{1} << 62;
  g.node(ops::mul, {g.ints("a", {large, 2, 6}), g.ints("b", {4, 3, 0})}, "product");
  g.node(ops::div, {g.ints("c", {7}), g.ints("d", {0})}, "quotient");
  const Graph graph = g.finish();
  EXPECT_EQ(contentsOf(graph, "product"), "[?,6,0]");
  EXPECT_EQ(contentsOf(graph, "quotient"), "[?]");
}

TEST(Contents, ReshapeFindsWhatCanBeKnown) {
  const auto reshaped = [](std::vector<Dim> dims, Ints shape) {
    GraphMaker g;
    g.node(ops::reshape, {g.input("x", std::move(dims)), g.ints("shape", shape)}, "y");
    return shapeOf(g.finish(), "y");
  };
  EXPECT_EQ(reshaped({kN, 3, 4}, {0, -1}), "[N,12]");
  EXPECT_EQ(reshaped({kN, 3, 4}, {-1, 12}), "[N,12]");
  EXPECT_EQ(reshaped({kN, 3, 4}, {-1, 6}), "[?,6]");
  EXPECT_EQ(reshaped({Dim(), 3, 4}, {0, -1}), "[?,12]");
  EXPECT_EQ(reshaped({Dim(), 3, 4}, {-1, 12}), "[?,12]");
  EXPECT_EQ(reshaped({kN, kH, 4}, {0, -1}), "[N,?]");
  EXPECT_EQ(reshaped({kN, kH}, {0, 0, 1}), "[N,H,1]");
  EXPECT_EQ(reshaped({1, 12, kN}, {3, 4, -1}), "[3,4,N]");
  EXPECT_THROW(reshaped({kN, 3, 4}, {0, 5, -1}), Error);
}

TEST(Contents, ReshapeBySymbols) {
  GraphMaker g;
  const ValueId x = g.input("x", {kN, 3, kH, 4});
  const ValueId s = g.node(ops::shapeOf, {x}, "s");
  const ValueId n = g.node(ops::gather, {s, g.ints("i0", {0})}, "n");
  const ValueId h = g.node(ops::gather, {s, g.ints("i2", {2})}, "h");
  const ValueId wanted = g.node(ops::concat, {h, g.ints("open", {-1}), n}, "wanted", {{"axis", int64_t{0}}});
  g.node(ops::reshape, {x, wanted}, "y");
  // One unknown element is found like a -1, when everything else is.
  const ValueId unknown =
      g.node(ops::concat, {g.input("k", {1}, DType::i64), g.ints("six", {6})}, "u", {{"axis", int64_t{0}}});
  g.node(ops::reshape, {g.input("z", {2, 3, 4}), unknown}, "w");
  const Graph graph = g.finish();
  EXPECT_EQ(shapeOf(graph, "y"), "[H,12,N]");
  EXPECT_EQ(contentsOf(graph, "u"), "[?,6]");
  EXPECT_EQ(shapeOf(graph, "w"), "[4,6]");
}

TEST(Contents, OtherShapesWithSymbols) {
  GraphMaker g;
  const ValueId x = g.input("x", {kN, 3, kH, 4});
  g.node(ops::flatten, {x}, "flat", {{"axis", int64_t{1}}});
  g.node(ops::flatten, {g.input("one", {kN, 1, 1})}, "flat1");
  g.node(ops::concat, {x, x}, "channels", {{"axis", int64_t{1}}});
  g.node(ops::concat, {x, x}, "rows", {{"axis", int64_t{2}}});
  g.node(ops::transpose, {x}, "t", {{"perm", Ints{0, 2, 3, 1}}});
  g.node(ops::slice, {x, g.ints("s0", {0, 1}), g.ints("e0", {kFar, -1}), g.ints("a0", {0, 3})}, "cut");
  g.node(ops::slice, {x, g.ints("s1", {1}), g.ints("e1", {5}), g.ints("a1", {2})}, "rowsCut");
  g.node(ops::pad, {x, g.ints("p", {0, 0, 0, 1, 0, 0, 0, 2})}, "padded");
  g.node(ops::pad, {x, g.ints("q", {1, 0, 0, 0, 0, 0, 0, 0})}, "paddedBatch");
  g.node(ops::tile, {x, g.ints("r", {1, 2, 1, 2})}, "tiled");
  g.node(ops::expand, {g.input("b", {1, 4}), g.node(ops::shapeOf, {x}, "s")}, "expanded");
  g.node(ops::constantOfShape, {g.node(ops::shapeOf, {x}, "s2")}, "zeros");
  g.node(ops::squeeze, {g.input("sq", {kN, 1, 3}), g.ints("ax", {1})}, "squeezed");
  g.node(ops::squeeze, {g.input("sq2", {kN, 1, 3})}, "squeezedAll");
  const auto parts = g.nodeWithOutputs(ops::split, {x}, {"part0", "part1"},
                                       {{"axis", int64_t{1}}, {"num_outputs", int64_t{2}}});
  const Graph graph = g.finish();
  EXPECT_EQ(shapeOf(graph, "flat"), "[N,?]");
  EXPECT_EQ(shapeOf(graph, "flat1"), "[N,1]");
  EXPECT_EQ(shapeOf(graph, "channels"), "[N,6,H,4]");
  EXPECT_EQ(shapeOf(graph, "rows"), "[N,3,?,4]");
  EXPECT_EQ(shapeOf(graph, "t"), "[N,H,4,3]");
  EXPECT_EQ(shapeOf(graph, "cut"), "[N,3,H,2]");
  EXPECT_EQ(shapeOf(graph, "rowsCut"), "[N,3,?,4]");
  EXPECT_EQ(shapeOf(graph, "padded"), "[N,3,H,7]");
  EXPECT_EQ(shapeOf(graph, "paddedBatch"), "[?,3,H,4]");
  EXPECT_EQ(shapeOf(graph, "tiled"), "[N,6,H,8]");
  EXPECT_EQ(shapeOf(graph, "expanded"), "[N,3,H,4]");
  EXPECT_EQ(shapeOf(graph, "zeros"), "[N,3,H,4]");
  EXPECT_EQ(shapeOf(graph, "squeezed"), "[N,3]");
  EXPECT_FALSE(graph.value(*graph.find("squeezedAll")).shape.ranked());
  EXPECT_EQ(shapeOf(graph, "part0"), "[N,2,H,4]");
  EXPECT_EQ(shapeOf(graph, "part1"), "[N,1,H,4]");
}

TEST(Contents, SplitAndRangeAndConstantOfShape) {
  GraphMaker g;
  const ValueId s = g.node(ops::shapeOf, {g.input("x", {kN, 3, kH})}, "s");
  g.nodeWithOutputs(ops::split, {s, g.ints("sizes", {1, 2})}, {"head", "tail"});
  g.node(ops::rangeOf, {g.ints("b", {2}), g.ints("e", {9}), g.ints("d", {3})}, "steps");
  g.node(ops::constantOfShape, {g.ints("three", {3})}, "sevens", {{"value", Tensor::scalar(int64_t{7})}});
  const Graph graph = g.finish();
  EXPECT_EQ(contentsOf(graph, "head"), "[N]");
  EXPECT_EQ(contentsOf(graph, "tail"), "[3,H]");
  EXPECT_EQ(contentsOf(graph, "steps"), "[2,5,8]");
  EXPECT_EQ(contentsOf(graph, "sevens"), "[7,7,7]");
}

TEST(Contents, SiluExpandsToStandardNodes) {
  GraphMaker g;
  const ValueId x = g.input("x", {kN, 3});
  g.output("y", g.node(ops::silu, {x}, "y"));
  Graph graph = g.finish();
  GraphBuilder builder(graph, {0});
  ops::silu.expand(graph.node(0), builder);
  graph.apply(builder.finish("expanded"));
  inferShapes(graph);
  std::vector<std::string> names;
  for (NodeId id : graph.order()) names.emplace_back(graph.node(id).op->name);
  EXPECT_THAT(names, ElementsAre("Sigmoid", "Mul"));
  const Tensor in = f32({1, 3}, {-2, 0, 1});
  EXPECT_THAT(numbers(evaluate(graph, {{"x", in}}).front()),
              testing::Pointwise(testing::DoubleNear(1e-6), numbers(run(ops::silu, {in}))));
}

TEST(Contents, CostsCountElements) {
  GraphMaker g;
  const ValueId x = g.input("x", {2, 8});
  g.node(ops::add, {x, g.floats("bias", {8}, Floats(8))}, "y");
  const Graph graph = g.finish();
  const Cost cost = ops::add.cost(graph.node(0), graph);
  EXPECT_EQ(cost.operations, 16);
  EXPECT_EQ(cost.macs, 0);
  EXPECT_EQ(cost.parameters, 8);
  EXPECT_EQ(cost.inputBytes, 64);
  EXPECT_EQ(cost.weightBytes, 32);
  EXPECT_EQ(cost.outputBytes, 64);
}

}  // namespace
}  // namespace ridge::test
