// Targets computed from shapes of which inference does not know everything.
#include "passes/named_shapes.h"
#include "passes/pass_testing.h"
#include "passes/reshape_to.h"

namespace ridge::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

const Dim kN = Dim::symbol("N"), kT = Dim::symbol("T");

/// Both graphs answer alike for this shape of x.
void expectSameAnswersFor(const Graph& before, const Graph& after, const Dims& dims) {
  Floats values(static_cast<size_t>(elementCount(dims)));
  for (size_t at = 0; at < values.size(); ++at) values[at] = static_cast<float>(at % 17) - 5.0F;
  const std::map<std::string, Tensor> inputs{{"x", Tensor::of(dims, std::span<const float>(values))}};
  const auto wanted = evaluate(before, inputs), got = evaluate(after, inputs);
  ASSERT_EQ(wanted.size(), got.size());
  for (size_t at = 0; at < wanted.size(); ++at) {
    EXPECT_EQ(wanted[at].dims(), got[at].dims());
    EXPECT_EQ(toDoubles(wanted[at]), toDoubles(got[at]));
  }
}

/// The shape arithmetic of exporters over one value.
class Arithmetic {
 public:
  explicit Arithmetic(GraphMaker& m) : m_(m) {}
  ValueId dim(ValueId of, int64_t axis) {
    const ValueId shape = m_.node(ops::shapeOf, {of}, name("shape"));
    const ValueId index = m_.constant(name("i"), Tensor::scalar(axis));
    return m_.node(ops::gather, {shape, index}, name("dim"));
  }
  ValueId wide(ValueId scalar) {
    return m_.node(ops::unsqueeze, {scalar, m_.ints(name("axes"), {0})}, name("wide"));
  }
  ValueId number(int64_t value) { return m_.ints(name("number"), {value}); }
  ValueId join(const std::vector<ValueId>& parts) {
    return m_.node(ops::concat, parts, name("join"), {{"axis", int64_t{0}}});
  }
  std::string name(const std::string& hint) { return hint + std::to_string(next_++); }

 private:
  GraphMaker& m_;
  int next_ = 0;
};

// Positions are cut from a table, so the length of the sum has no name; heads are split by it.
TEST(ShapeSymbols, headsAreSplitByALengthWithoutAName) {
  GraphMaker m;
  Arithmetic a(m);
  const ValueId x = m.input("x", {kN, kT, 6});
  const ValueId table = m.weights("table", {1, 8, 6});
  const ValueId length = a.wide(a.dim(x, 1));
  const ValueId cut =
      m.node(ops::slice, {table, m.ints("0", {0}), length, m.ints("1", {1}), m.ints("step", {1})}, "cut");
  const ValueId sum = m.node(ops::add, {x, cut}, "sum");
  const ValueId n = a.wide(a.dim(sum, 0)), t = a.wide(a.dim(sum, 1));
  const ValueId twice = m.node(ops::add, {sum, sum}, "twice");
  const ValueId heads = m.node(ops::reshape, {twice, a.join({n, t, a.number(-1), a.number(2)})}, "heads");
  const ValueId turned = m.node(ops::transpose, {heads}, "turned", {{"perm", Ints{0, 2, 1, 3}}});
  const ValueId back = m.node(ops::transpose, {turned}, "back", {{"perm", Ints{0, 2, 1, 3}}});
  m.output("y", m.node(ops::reshape, {back, a.join({n, t, a.number(-1)})}, "y"));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "shape_symbols");
  EXPECT_THAT(dump(graph), HasSubstr("heads.1: float32[N,?,3,2] = Reshape(twice, heads.shape[4])"));
  EXPECT_THAT(toInts(*graph.constant(*graph.find("heads.shape"))), ElementsAre(0, 0, 3, 2));
  EXPECT_THAT(toInts(*graph.constant(*graph.find("y.shape"))), ElementsAre(0, 0, 6));
  EXPECT_EQ(count(graph, ops::gather), 1) << "the length of the cut stays";
  for (const Dims& dims : {Dims{1, 4, 6}, Dims{3, 8, 6}, Dims{3, 1, 6}}) {
    SCOPED_TRACE(dims[0]);
    expectSameAnswersFor(before, graph, dims);
  }
  EXPECT_THAT(runPass(graph, "shape_symbols").patches, IsEmpty());
}

// [N,4,3,2] -> [4N,3,2] -> [N,4,3,2]
TEST(ShapeSymbols, productsOfDimensionsAreDivided) {
  GraphMaker m;
  Arithmetic a(m);
  const ValueId x = m.input("x", {kN, 4, 3, 2});
  const ValueId n = a.dim(x, 0);
  const ValueId four = m.constant("four", Tensor::scalar(int64_t{4}));
  const ValueId all = a.wide(m.node(ops::mul, {n, four}, "all"));
  const ValueId rows = m.node(ops::reshape, {x, a.join({all, a.number(3), a.number(-1)})}, "rows");
  const ValueId twice = m.node(ops::add, {rows, rows}, "twice");
  const ValueId target = a.join({a.wide(n), a.number(4), a.number(3), a.number(-1)});
  m.output("y", m.node(ops::reshape, {twice, target}, "y"));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "shape_symbols");
  EXPECT_THAT(toInts(*graph.constant(*graph.find("rows.shape"))), ElementsAre(-1, 3, 2));
  EXPECT_THAT(toInts(*graph.constant(*graph.find("y.shape"))), ElementsAre(-1, 4, 3, 2));
  EXPECT_EQ(count(graph, ops::shapeOf), 0);
  for (const int64_t batch : {1, 3}) expectSameAnswersFor(before, graph, {batch, 4, 3, 2});
}

// Where(Equal(shape, -1), 1, shape), and an Expand to what is there already.
TEST(ShapeSymbols, anExpandToTheSameShapeGoes) {
  GraphMaker m;
  Arithmetic a(m);
  const ValueId x = m.input("x", {kN, 1, kT});
  const ValueId wanted = a.join({a.wide(a.dim(x, 0)), a.number(-1), a.wide(a.dim(x, 2))});
  const ValueId unset = m.node(ops::equal, {wanted, m.ints("minus", {-1, -1, -1})}, "unset");
  const ValueId target = m.node(ops::where, {unset, m.ints("ones", {1, 1, 1}), wanted}, "target");
  m.output("y", m.node(ops::relu, {m.node(ops::expand, {x, target}, "expand")}, "y"));
  Graph graph = m.finish();
  const Graph before = graph;
  runPass(graph, "shape_symbols");
  EXPECT_EQ(graph.order().size(), 1U) << dump(graph);
  for (const Dims& dims : {Dims{1, 1, 5}, Dims{3, 1, 1}, Dims{0, 1, 4}})
    expectSameAnswersFor(before, graph, dims);
}

// [N,T,4] -> [N,4T] by a computed 4T: for N = 0 it has an answer, which [0,-1] has not.
TEST(ShapeSymbols, zeroElementsKeepTheirShape) {
  for (const bool rest : {false, true}) {
    SCOPED_TRACE(rest);
    GraphMaker m;
    Arithmetic a(m);
    const ValueId x = m.input("x", {kN, kT, 4});
    const ValueId four = m.constant("four", Tensor::scalar(int64_t{4}));
    const ValueId columns = rest ? a.number(-1) : a.wide(m.node(ops::mul, {a.dim(x, 1), four}, "columns"));
    m.output("y", m.node(ops::reshape, {x, a.join({a.wide(a.dim(x, 0)), columns})}, "y"));
    Graph graph = m.finish();
    const Graph before = graph;
    EXPECT_EQ(runPass(graph, "shape_symbols").patches.size(), rest ? 1U : 0U);
    expectSameAnswersFor(before, graph, {3, 2, 4});
    if (!rest) expectSameAnswersFor(before, graph, {0, 2, 4});
  }
}

TEST(ReshapeChain, zeroElementsKeepTheirShape) {
  GraphMaker m;
  const ValueId x = m.input("x", {kN, kT, 4});
  const ValueId flat = m.node(ops::flatten, {x}, "flat");
  m.output("y", m.node(ops::unsqueeze, {flat, m.ints("axes", {1})}, "y"));
  Graph graph = m.finish();
  const Graph before = graph;
  EXPECT_EQ(runPass(graph, "reshape_chain").declined.size(), 1U);
  for (const int64_t batch : {0, 3}) expectSameAnswersFor(before, graph, {batch, 2, 4});
}

TEST(ShapeSymbols, aBatchOfNoneKeepsItsShape) {
  GraphMaker m;
  Arithmetic a(m);
  const ValueId x = m.input("x", {kN, 2, 3});
  m.output("y", m.node(ops::reshape, {x, a.join({a.wide(a.dim(x, 0)), a.number(6)})}, "y"));
  Graph graph = m.finish();
  const Graph before = graph;
  EXPECT_EQ(runPass(graph, "shape_symbols").patches.size(), 1U);
  for (const int64_t batch : {0, 1, 3}) expectSameAnswersFor(before, graph, {batch, 2, 3});
}

// The length of a range up to a difference may be negative: it is no dimension.
TEST(ShapeSymbols, differencesAreNoDimensions) {
  GraphMaker m;
  Arithmetic a(m);
  const ValueId x = m.input("x", {kN, kT});
  const ValueId rest =
      m.node(ops::sub, {a.dim(x, 1), m.constant("five", Tensor::scalar(int64_t{5}))}, "rest");
  const ValueId zero = m.constant("zero", Tensor::scalar(int64_t{0}));
  const ValueId one = m.constant("one", Tensor::scalar(int64_t{1}));
  const ValueId range = m.node(ops::rangeOf, {zero, rest, one}, "range");
  m.output("y", m.node(ops::expand, {range, a.wide(rest)}, "y"));
  m.output("all", m.node(ops::rangeOf, {zero, a.dim(x, 1), one}, "all"));
  Graph graph = m.finish();
  EXPECT_EQ(graph.value(*graph.find("range")).shape.toString(), "[?]");
  EXPECT_EQ(graph.value(*graph.find("all")).shape.toString(), "[T]");
  EXPECT_THAT(runPass(graph, "shape_symbols").patches, IsEmpty());
}

// Sizes are the batch and the channels as they are, and numbers: as exporters of segmentation write it.
TEST(ResizeScales, exactMultiplesAreScales) {
  for (const int64_t size : {8, 6, 7}) {
    SCOPED_TRACE(size);
    GraphMaker m;
    Arithmetic a(m);
    const ValueId x = m.input("x", {kN, 3, 4, 4});
    const ValueId shape = m.node(ops::shapeOf, {x}, "shape");
    const ValueId lead = m.node(ops::slice, {shape, m.ints("0", {0}), m.ints("2", {2})}, "lead");
    const ValueId sizes = a.join({lead, m.ints("sizes", {size, 8})});
    m.output("y",
             m.node(ops::resize, {x, kNoValue, kNoValue, sizes}, "y", {{"mode", std::string("linear")}}));
    Graph graph = m.finish();
    const Graph before = graph;
    EXPECT_EQ(graph.value(graph.outputs()[0].value).shape.toString(), "[N,3," + std::to_string(size) + ",8]");
    const PassReport report = runPass(graph, "resize_scales");
    EXPECT_EQ(report.patches.size(), 1U);
    EXPECT_EQ(graph.order().size(), 1U);
    EXPECT_EQ(graph.value(graph.outputs()[0].value).shape.toString(), "[N,3," + std::to_string(size) + ",8]");
    for (const int64_t batch : {0, 1, 3}) expectSameAnswersFor(before, graph, {batch, 3, 4, 4});
  }
}

TEST(ResizeScales, otherRatiosKeepTheirSizes) {
  GraphMaker m;
  Arithmetic a(m);
  const ValueId x = m.input("x", {kN, 3, 3, kT});
  const ValueId n = a.wide(a.dim(x, 0));
  m.output("y", m.node(ops::resize, {x, kNoValue, kNoValue, a.join({n, m.ints("sizes", {3, 7, 8})})}, "y"));
  Graph graph = m.finish();
  EXPECT_EQ(graph.value(graph.outputs()[0].value).shape.toString(), "[N,3,7,8]");
  EXPECT_THAT(runPass(graph, "resize_scales").patches, IsEmpty());
}

TEST(ShapeSymbols, namesAreNobodyElses) {
  GraphMaker m;
  const ValueId x = m.input("x", {Dim::symbol("~0"), Dim(), Dim()});
  m.output("y", m.node(ops::relu, {x}, "y"));
  const Graph graph = m.finish();
  const passes::NamedShapes named(graph);
  const Shape& shape = named.shape(*graph.find("y"));
  EXPECT_EQ(shape[0].symbolName(), "~0");
  EXPECT_TRUE(shape[1].isSymbol() && shape[2].isSymbol());
  EXPECT_FALSE(shape[1].sameAs(shape[2]) || shape[1].sameAs(shape[0]) || shape[2].sameAs(shape[0]));
  EXPECT_TRUE(shape[1].sameAs(named.shape(*graph.find("x"))[1]));
}

}  // namespace
}  // namespace ridge::test
