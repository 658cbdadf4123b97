// The opset that a node needs, by its form and types.
#include "support/graph_maker.h"
#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

int sinceOf(const Graph& graph, NodeId id = 0) {
  const Node& node = graph.node(id);
  return node.op->sinceFor ? node.op->sinceFor(node, graph) : node.op->since;
}

int sinceOfUnary(const Op& op, DType type, std::initializer_list<GraphMaker::Attribute> attributes = {}) {
  GraphMaker g;
  g.node(op, {g.input("x", {2}, type)}, "y", attributes);
  return sinceOf(g.finish());
}

// Of ops with several inputs, by the first one.
int sinceOfFirst(const Op& op, DType type, const AttributeList& attributes = {}) {
  Graph graph;
  Node node = makeNode(op, attributes, 0);
  node.in = {graph.addInput("x", type, Shape())};
  return sinceOf(graph, graph.addNode(std::move(node)));
}

TEST(Since, ByTypeAndFormOfTheFirstInput) {
  const AttributeList left{{"direction", std::string("LEFT")}};
  EXPECT_EQ(sinceOfFirst(ops::bitShift, DType::u8, left), 11);
  EXPECT_EQ(sinceOfFirst(ops::bitShift, DType::i8, left), 28);
  EXPECT_EQ(sinceOfFirst(ops::topK, DType::f32), 10);
  EXPECT_EQ(sinceOfFirst(ops::topK, DType::i32), 11);
  EXPECT_EQ(sinceOfFirst(ops::topK, DType::f32, {{"largest", int64_t{0}}}), 11);
  EXPECT_EQ(sinceOfFirst(ops::cumSum, DType::f32), 11);
  EXPECT_EQ(sinceOfFirst(ops::cumSum, DType::f16), 14);
  EXPECT_EQ(sinceOfFirst(ops::mod, DType::f32, {{"fmod", int64_t{1}}}), 10);
  EXPECT_EQ(sinceOfFirst(ops::mod, DType::f32), 28);
  EXPECT_EQ(sinceOfFirst(ops::scatterNd, DType::f32), 11);
  EXPECT_EQ(sinceOfFirst(ops::scatterNd, DType::f32, {{"reduction", std::string("add")}}), 16);
  EXPECT_EQ(sinceOfFirst(ops::scatterElements, DType::f32, {{"reduction", std::string("max")}}), 18);
  EXPECT_EQ(sinceOfFirst(ops::gatherNd, DType::f32, {{"batch_dims", int64_t{1}}}), 12);
  EXPECT_EQ(sinceOfFirst(ops::eyeLike, DType::f32, {{"dtype", int64_t{16}}}), 22);
}

TEST(Since, ByType) {
  EXPECT_EQ(sinceOfUnary(ops::relu, DType::f32), 6);
  EXPECT_EQ(sinceOfUnary(ops::relu, DType::bf16), 13);
  EXPECT_EQ(sinceOfUnary(ops::relu, DType::i8), 14);
  EXPECT_EQ(sinceOfUnary(ops::clip, DType::f32), 11);
  EXPECT_EQ(sinceOfUnary(ops::clip, DType::i64), 12);
  EXPECT_EQ(sinceOfUnary(ops::hardSwish, DType::f32), 14);
  EXPECT_EQ(sinceOfUnary(ops::hardSwish, DType::bf16), 22);
  EXPECT_EQ(sinceOfUnary(ops::identity, DType::i4), 21);
  EXPECT_EQ(sinceOfUnary(ops::cast, DType::f32, {{"to", int64_t{1}}}), 6);
  EXPECT_EQ(sinceOfUnary(ops::cast, DType::f32, {{"to", static_cast<int64_t>(DType::f8e5m2)}}), 19);
}

TEST(Since, ByForm) {
  EXPECT_EQ(sinceOfUnary(ops::shapeOf, DType::f32), 1);
  EXPECT_EQ(sinceOfUnary(ops::shapeOf, DType::f32, {{"start", int64_t{1}}}), 15);
  EXPECT_EQ(sinceOfUnary(ops::flatten, DType::f32), 1);
  EXPECT_EQ(sinceOfUnary(ops::flatten, DType::f32, {{"axis", int64_t{-1}}}), 11);
  EXPECT_EQ(sinceOfUnary(ops::squeeze, DType::f32), 1);
  EXPECT_EQ(sinceOfUnary(ops::dropout, DType::f32), 7);
  EXPECT_EQ(sinceOfUnary(ops::split, DType::f32, {{"num_outputs", int64_t{1}}}), 18);
  GraphMaker g;
  const ValueId x = g.input("x", {2, 2});
  g.node(ops::pad, {x, g.ints("p", {0, 0, 0, 0})}, "a");
  g.node(ops::pad, {x, g.ints("q", {0, 0}), kNoValue, g.ints("axes", {1})}, "b");
  g.node(ops::reshape, {x, g.ints("s", {4})}, "c");
  g.node(ops::reshape, {x, g.ints("t", {4})}, "d", {{"allowzero", int64_t{1}}});
  g.node(ops::quantizeLinear, {x, g.scalar("one", 1)}, "e");
  g.node(ops::quantizeLinear, {x, g.floats("two", {2}, {1, 1})}, "f");
  const Graph graph = g.finish();
  const int wanted[] = {11, 18, 5, 14, 10, 13};
  for (NodeId id = 0; id < 6; ++id) EXPECT_EQ(sinceOf(graph, id), wanted[id]) << id;
}

TEST(Since, OfAttentionAndRecurrentForms) {
  const auto attention = [](bool padded, std::initializer_list<GraphMaker::Attribute> attributes) {
    GraphMaker g;
    const ValueId x = g.input("x", {1, 2, 3, 4});
    std::vector<ValueId> in{x, x, x};
    if (padded) in.insert(in.end(), {kNoValue, kNoValue, kNoValue, g.ints("valid", {2})});
    g.node(ops::attention, in, "y", attributes);
    return sinceOf(g.finish());
  };
  EXPECT_EQ(attention(false, {}), 23);
  EXPECT_EQ(attention(true, {}), 24);
  EXPECT_EQ(attention(false, {{"left_window_size", int64_t{1}}}), 25);
  const auto rnn = [](int64_t layout, DType type) {
    GraphMaker g;
    g.node(ops::rnn,
           {g.input("x", {2, 2, 3}, type), g.input("w", {1, 4, 3}, type), g.input("r", {1, 4, 4}, type)}, "y",
           {{"layout", layout}});
    return sinceOf(g.finish());
  };
  EXPECT_EQ(rnn(0, DType::f32), 7);
  EXPECT_EQ(rnn(1, DType::f32), 14);
  EXPECT_EQ(rnn(0, DType::bf16), 22);
}

}  // namespace
}  // namespace ridge::test
