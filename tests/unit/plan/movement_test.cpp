// Ops that only move elements, as strided pieces.
#include "plan/movement.h"

#include <gtest/gtest.h>

#include "plan/format.h"
#include "support/graph_maker.h"

namespace ridge::test {
namespace {

NodeId only(const Graph& graph) {
  return graph.order().front();
}

/// Moves the numbers 0, 1, 2, ... by the pieces alone.
std::vector<int64_t> moved(const Graph& graph, const Movement& movement, Order inOrder, Order outOrder) {
  const Node& node = graph.node(only(graph));
  const Dims outDims = graph.value(node.out[0]).shape.staticDims();
  const Dims outStrides = denseStrides(outDims, outOrder);
  std::vector<int64_t> memory(static_cast<size_t>(elementCount(outDims)), -1);
  int64_t first = 0;
  std::vector<int64_t> firstOf;
  for (ValueId in : node.in) {
    firstOf.push_back(first);
    first += graph.value(in).shape.count().value();
  }
  for (const Piece& piece : movement.pieces) {
    const Dims inDims = graph.value(node.in[static_cast<size_t>(piece.input)]).shape.staticDims();
    // Physical place -> row-major number of the input's element.
    const Dims inStrides = denseStrides(inDims, inOrder), plain = rowMajorStrides(inDims);
    const PieceSource source = sourceOf(piece, inStrides), number = sourceOf(piece, plain);
    std::vector<int64_t> physical(static_cast<size_t>(elementCount(inDims)));
    Dims at(inDims.size(), 0);
    for (int64_t element = 0; element < elementCount(inDims); ++element) {
      int64_t place = 0;
      int64_t rest = element;
      for (size_t axis = 0; axis < inDims.size(); ++axis) {
        place += rest / plain[axis] * inStrides[axis];
        rest %= plain[axis];
      }
      physical[static_cast<size_t>(place)] = element;
    }
    const Dims pieceStrides = rowMajorStrides(piece.dims);
    for (int64_t element = 0; element < elementCount(piece.dims); ++element) {
      int64_t from = source.offset, to = targetOffset(piece, outStrides), rest = element;
      for (size_t axis = 0; axis < piece.dims.size(); ++axis) {
        const int64_t index = rest / pieceStrides[axis];
        rest %= pieceStrides[axis];
        from += index * source.strides[axis];
        to += index * outStrides[axis];
      }
      EXPECT_EQ(memory[static_cast<size_t>(to)], -1) << "pieces overlap";
      memory[static_cast<size_t>(to)] =
          firstOf[static_cast<size_t>(piece.input)] + physical[static_cast<size_t>(from)];
    }
  }
  return memory;
}

TEST(Movement, ConcatCoversItsOutputPieceByPiece) {
  GraphMaker m;
  const ValueId a = m.input("a", {2, 1, 2}), b = m.input("b", {2, 2, 2});
  m.output("y", m.node(ops::concat, {a, b}, "y", {{"axis", int64_t{1}}}));
  const Graph graph = m.finish();
  const auto movement = movementOf(graph, only(graph));
  ASSERT_TRUE(movement);
  ASSERT_EQ(movement->pieces.size(), 2U);
  EXPECT_FALSE(movement->reshape);
  EXPECT_EQ(movement->pieces[1].outStart, (Dims{0, 1, 0}));
  EXPECT_EQ(movement->pieces[1].dims, (Dims{2, 2, 2}));
  EXPECT_EQ(moved(graph, *movement, Order::plain, Order::plain),
            (std::vector<int64_t>{0, 1, 4, 5, 6, 7, 2, 3, 8, 9, 10, 11}));
}

TEST(Movement, ConcatFromTheEndOfTheAxes) {
  GraphMaker m;
  const ValueId a = m.input("a", {2, 1}), b = m.input("b", {2, 2});
  m.output("y", m.node(ops::concat, {a, b, a}, "y", {{"axis", int64_t{-1}}}));
  const Graph graph = m.finish();
  const auto movement = movementOf(graph, only(graph));
  ASSERT_TRUE(movement);
  EXPECT_EQ(movement->pieces[2].outStart, (Dims{0, 3}));
}

TEST(Movement, TransposeIsOnePieceThatWalksOtherAxes) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 2, 3, 2});
  m.output("y", m.node(ops::transpose, {x}, "y", {{"perm", Ints{0, 2, 3, 1}}}));
  const Graph graph = m.finish();
  const auto movement = movementOf(graph, only(graph));
  ASSERT_TRUE(movement);
  ASSERT_EQ(movement->pieces.size(), 1U);
  EXPECT_EQ(movement->pieces[0].inAxis, (std::vector<int>{0, 2, 3, 1}));
  EXPECT_EQ(moved(graph, *movement, Order::plain, Order::plain),
            (std::vector<int64_t>{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}));
  // NCHW -> NHWC of something that lies channels-last is no work at all.
  const PieceSource source =
      sourceOf(movement->pieces[0], denseStrides(Dims{1, 2, 3, 2}, Order::channelsLast));
  EXPECT_EQ(source.strides, rowMajorStrides(Dims{1, 3, 2, 2}));
  EXPECT_EQ(source.offset, 0);
  EXPECT_EQ(moved(graph, *movement, Order::channelsLast, Order::plain),
            moved(graph, *movement, Order::plain, Order::plain));
}

TEST(Movement, TransposeWithoutPermReverses) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3, 4});
  m.output("y", m.node(ops::transpose, {x}, "y"));
  const Graph graph = m.finish();
  EXPECT_EQ(movementOf(graph, only(graph))->pieces[0].inAxis, (std::vector<int>{2, 1, 0}));
}

TEST(Movement, SliceIsOnePieceThatBeginsElsewhere) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3, 5});
  m.output("y", m.node(ops::slice,
                       {x, m.ints("s", {1, -1}), m.ints("e", {99, 99}), m.ints("a", {-1, 0}),
                        m.ints("st", {2, int64_t{1} << 62})},
                       "y"));
  const Graph graph = m.finish();
  const auto movement = movementOf(graph, only(graph));
  ASSERT_TRUE(movement);
  ASSERT_EQ(movement->pieces.size(), 1U);
  EXPECT_EQ(movement->pieces[0].inStart, (Dims{1, 0, 1}));
  EXPECT_EQ(movement->pieces[0].inStep, (Dims{1, 1, 2})) << "a step past the only element is none";
  const std::vector<int64_t> want{16, 18, 21, 23, 26, 28};
  EXPECT_EQ(moved(graph, *movement, Order::plain, Order::plain), want);
}

TEST(Movement, SlicesBackwardsAndOfUnknownPlacesAreNone) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 6});
  m.output("y", m.node(ops::slice,
                       {x, m.ints("s", {5}), m.ints("e", {0}), m.ints("a", {1}), m.ints("st", {-1})}, "y"));
  const Graph graph = m.finish();
  EXPECT_FALSE(movementOf(graph, only(graph)));
}

TEST(Movement, ReshapeHasNoPieces) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 6});
  m.output("y", m.node(ops::reshape, {x, m.ints("shape", {3, 4})}, "y"));
  const Graph graph = m.finish();
  const auto movement = movementOf(graph, only(graph));
  ASSERT_TRUE(movement);
  EXPECT_TRUE(movement->reshape);
  EXPECT_TRUE(movement->pieces.empty());
}

TEST(Movement, ComputingOpsAndStringsAreNone) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 6});
  m.output("y", m.node(ops::relu, {x}, "y"));
  const Graph relu = m.finish();
  EXPECT_FALSE(movementOf(relu, only(relu)));

  GraphMaker words;
  const ValueId w = words.input("w", {2, 3}, DType::string);
  words.output("y", words.node(ops::transpose, {w}, "y"));
  const Graph transposed = words.finish();
  EXPECT_FALSE(movementOf(transposed, only(transposed)));
}

}  // namespace
}  // namespace ridge::test
