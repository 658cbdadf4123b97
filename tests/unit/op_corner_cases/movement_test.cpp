// Literal expectations of the ops that move elements.
#include <limits>

#include "ops/movement/pad.h"
#include "ops/movement/slice.h"
#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max(), kMin = std::numeric_limits<int64_t>::min();

TEST(Movement, Transpose) {
  const Tensor x = iota({2, 3});
  EXPECT_THAT(numbers(run(ops::transpose, {x})), ElementsAre(0, 3, 1, 4, 2, 5));
  const Tensor y = run(ops::transpose, {iota({2, 3, 2})}, {{"perm", std::vector<int64_t>{1, 0, 2}}});
  EXPECT_EQ(y.dims(), (Dims{3, 2, 2}));
  EXPECT_THAT(numbers(y), ElementsAre(0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11));
  EXPECT_EQ(run(ops::transpose, {Tensor::scalar(4.0f)}).rank(), 0);
  EXPECT_EQ(run(ops::transpose, {iota({0, 5})}).dims(), (Dims{5, 0}));
  for (const std::vector<int64_t>& bad : {std::vector<int64_t>{0, 0}, {0, 2}, {0, -1}})
    expectError(ErrorCode::input, "permutation", [&] { run(ops::transpose, {x}, {{"perm", bad}}); });
  expectError(ErrorCode::input, "number of axes", [&] {
    run(ops::transpose, {x}, {{"perm", std::vector<int64_t>{0}}});
  });
}

TEST(Movement, PackedElementsMove) {
  const Tensor x = of(DType::i4, {2, 3}, {-8, -1, 0, 1, 7, 3});
  EXPECT_THAT(integers(run(ops::transpose, {x})), ElementsAre(-8, 1, -1, 7, 0, 3));
  const Tensor u = of(DType::u2, {5}, {0, 1, 2, 3, 1});
  EXPECT_THAT(integers(run(ops::slice, {u, i64({4}), i64({-6}), i64({0}), i64({-1})})),
              ElementsAre(1, 3, 2, 1, 0));
  EXPECT_THAT(integers(run(ops::concat, {u, u}, {{"axis", int64_t{0}}})),
              ElementsAre(0, 1, 2, 3, 1, 0, 1, 2, 3, 1));
}

TEST(Movement, Concat) {
  const Tensor y = run(ops::concat, {iota({2, 1}), iota({2, 2}), iota({2, 0})}, {{"axis", int64_t{-1}}});
  EXPECT_EQ(y.dims(), (Dims{2, 3}));
  EXPECT_THAT(numbers(y), ElementsAre(0, 0, 1, 1, 2, 3));
  expectError(ErrorCode::input, "different element types", [] {
    run(ops::concat, {iota({1}), i64({1})}, {{"axis", int64_t{0}}});
  });
  EXPECT_THROW(run(ops::concat, {iota({2, 1}), iota({3, 1})}, {{"axis", int64_t{1}}}), Error);
  EXPECT_THROW(run(ops::concat, {Tensor::scalar(1.0f)}, {{"axis", int64_t{0}}}), Error);
  EXPECT_THROW(run(ops::concat, {iota({2})}), Error);  // no axis
}

TEST(Movement, Split) {
  const auto parts =
      runAll(ops::split, {iota({2, 5})}, {{"axis", int64_t{1}}, {"num_outputs", int64_t{2}}}, 2);
  EXPECT_THAT(numbers(parts[0]), ElementsAre(0, 1, 2, 5, 6, 7));
  EXPECT_THAT(numbers(parts[1]), ElementsAre(3, 4, 8, 9));
  const auto sized = runAll(ops::split, {iota({5}), i64({1, 0, 4})}, {{"axis", int64_t{-1}}}, 3);
  EXPECT_THAT(numbers(sized[0]), ElementsAre(0));
  EXPECT_EQ(sized[1].count(), 0);
  EXPECT_THAT(numbers(sized[2]), ElementsAre(1, 2, 3, 4));
  expectError(ErrorCode::input, "add up", [] { runAll(ops::split, {iota({5}), i64({1, 5})}, {}, 2); });
  expectError(ErrorCode::input, "out of range", [] { runAll(ops::split, {iota({5}), i64({6, -1})}, {}, 2); });
  expectError(ErrorCode::input, "as many sizes", [] { runAll(ops::split, {iota({5}), i64({5})}, {}, 2); });
  expectError(ErrorCode::input, "number of outputs", [] {
    runAll(ops::split, {iota({5})}, {{"num_outputs", int64_t{3}}}, 2);
  });
  expectError(ErrorCode::input, "too small", [] { runAll(ops::split, {iota({3})}, {}, 5); });
}

TEST(Movement, SliceRangesClamp) {
  using ops::sliceRange;
  const auto triple = [](const ops::SliceRange& r) { return std::vector<int64_t>{r.start, r.step, r.count}; };
  EXPECT_THAT(triple(sliceRange(1, 4, 2, 5)), ElementsAre(1, 2, 2));
  EXPECT_THAT(triple(sliceRange(-100, kMax, 1, 5)), ElementsAre(0, 1, 5));
  EXPECT_THAT(triple(sliceRange(kMax, kMin, -1, 5)), ElementsAre(4, -1, 5));
  EXPECT_THAT(triple(sliceRange(-1, -3, -1, 5)), ElementsAre(4, -1, 2));
  EXPECT_EQ(sliceRange(3, 1, 1, 5).count, 0);
  EXPECT_EQ(sliceRange(0, kMax, 1, 0).count, 0);
  EXPECT_EQ(sliceRange(kMax, kMin, -1, 0).count, 0);
  EXPECT_EQ(sliceRange(kMax, kMin, kMin, 5).count, 1);
  EXPECT_EQ(sliceRange(0, kMax, kMax, 5).count, 1);
  EXPECT_EQ(sliceRange(kMin, kMax, 1, 5).count, 5);
}

TEST(Movement, Slice) {
  const Tensor x = iota({3, 4});
  const Tensor y = run(ops::slice, {x, i64({0, 3}), i64({2, kMin}), i64({0, -1}), i64({1, -2})});
  EXPECT_EQ(y.dims(), (Dims{2, 2}));
  EXPECT_THAT(numbers(y), ElementsAre(3, 1, 7, 5));
  EXPECT_THAT(numbers(run(ops::slice, {x, i64({1}), i64({2})})), ElementsAre(4, 5, 6, 7));
  EXPECT_THAT(numbers(run(ops::slice, {x, of(DType::i32, {1}, {2}), of(DType::i32, {1}, {9})})),
              ElementsAre(8, 9, 10, 11));
  EXPECT_EQ(run(ops::slice, {x, i64({2}), i64({1})}).dims(), (Dims{0, 4}));
  expectError(ErrorCode::input, "step is 0", [&] {
    run(ops::slice, {x, i64({0}), i64({1}), i64({0}), i64({0})});
  });
  expectError(ErrorCode::input, "named twice", [&] {
    run(ops::slice, {x, i64({0, 0}), i64({1, 1}), i64({0, -2})});
  });
  expectError(ErrorCode::input, "different lengths", [&] { run(ops::slice, {x, i64({0, 0}), i64({1})}); });
  expectError(ErrorCode::input, "axis 2", [&] { run(ops::slice, {x, i64({0}), i64({1}), i64({2})}); });
}

TEST(Movement, Gather) {
  const Tensor x = iota({3, 2});
  const Tensor rows = run(ops::gather, {x, of(DType::i32, {2, 1}, {2, -3})});
  EXPECT_EQ(rows.dims(), (Dims{2, 1, 2}));
  EXPECT_THAT(numbers(rows), ElementsAre(4, 5, 0, 1));
  const Tensor column = run(ops::gather, {x, Tensor::scalar(int64_t{1})}, {{"axis", int64_t{1}}});
  EXPECT_EQ(column.dims(), Dims{3});
  EXPECT_THAT(numbers(column), ElementsAre(1, 3, 5));
  for (int64_t bad : {int64_t{3}, int64_t{-4}, kMin, kMax})
    expectError(ErrorCode::input, "out of range", [&] { run(ops::gather, {x, i64({bad})}); });
  expectError(ErrorCode::input, "dimensions", [] { run(ops::gather, {Tensor::scalar(1.0f), i64({0})}); });
}

TEST(Movement, GatherElements) {
  const Tensor x = f32({2, 2}, {1, 2, 3, 4});
  EXPECT_THAT(
      numbers(run(ops::gatherElements, {x, of(DType::i64, {2, 2}, {0, 0, 1, 0})}, {{"axis", int64_t{1}}})),
      ElementsAre(1, 1, 4, 3));
  EXPECT_THAT(numbers(run(ops::gatherElements, {x, of(DType::i64, {1, 2}, {-1, 0})})), ElementsAre(3, 2));
  expectError(ErrorCode::input, "out of range", [&] {
    run(ops::gatherElements, {x, of(DType::i64, {1, 1}, {2})});
  });
  expectError(ErrorCode::input, "beyond", [&] {
    run(ops::gatherElements, {x, of(DType::i64, {1, 3}, {0, 0, 0})});
  });
}

TEST(Movement, PadModes) {
  const Tensor x = f32({1, 2, 3});
  const auto padded = [&](const std::string& mode, std::vector<int64_t> pads) {
    return numbers(run(ops::pad, {x, i64(std::move(pads))}, {{"mode", mode}}));
  };
  EXPECT_THAT(padded("constant", {1, 2}), ElementsAre(0, 1, 2, 3, 0, 0));
  EXPECT_THAT(padded("constant", {-1, 1}), ElementsAre(2, 3, 0));
  EXPECT_THAT(padded("edge", {2, 1}), ElementsAre(1, 1, 1, 2, 3, 3));
  EXPECT_THAT(padded("reflect", {2, 2}), ElementsAre(3, 2, 1, 2, 3, 2, 1));
  EXPECT_THAT(padded("reflect", {0, 5}), ElementsAre(1, 2, 3, 2, 1, 2, 3, 2));
  EXPECT_THAT(padded("wrap", {2, 1}), ElementsAre(2, 3, 1, 2, 3, 1));
  expectError(ErrorCode::input, "padding mode", [&] { padded("mirror", {1, 1}); });
  expectError(ErrorCode::input, "remove more", [&] { padded("constant", {-2, -2}); });
  expectError(ErrorCode::input, "pads for", [&] { padded("constant", {1, 2, 3}); });
  expectError(ErrorCode::input, "out of range", [&] { padded("constant", {kMin, kMax}); });
  expectError(ErrorCode::input, "nothing to repeat", [] {
    run(ops::pad, {f32({}), i64({1, 0})}, {{"mode", std::string("wrap")}});
  });
}

TEST(Movement, PadValueAndAxes) {
  const Tensor y = run(ops::pad, {iota({1, 2}), i64({1, 1}), Tensor::scalar(9.0f), i64({-1})});
  EXPECT_EQ(y.dims(), (Dims{1, 4}));
  EXPECT_THAT(numbers(y), ElementsAre(9, 0, 1, 9));
  EXPECT_THAT(numbers(run(ops::pad, {Tensor::scalar(5.0f), i64({})})), ElementsAre(5));
  expectError(ErrorCode::input, "another type", [] {
    run(ops::pad, {iota({2}), i64({1, 1}), Tensor::scalar(int64_t{1})});
  });
  Graph graph;
  Node node = makeNode(ops::pad, {}, 0);
  node.in = {graph.addInput("x", DType::f32, Shape({Dim(1), Dim(3), Dim::symbol("H"), Dim(8)})),
             graph.addConstant("p", i64({1, 2, 3, 4})), kNoValue, graph.addConstant("a", i64({2, 3}))};
  const auto amounts = ops::constantPadAmounts(node, graph);
  ASSERT_TRUE(amounts);
  EXPECT_THAT(std::vector<int64_t>(amounts->before.begin(), amounts->before.end()), ElementsAre(0, 0, 1, 2));
  EXPECT_THAT(std::vector<int64_t>(amounts->after.begin(), amounts->after.end()), ElementsAre(0, 0, 3, 4));
}

TEST(Movement, Tile) {
  const Tensor y = run(ops::tile, {f32({2, 2}, {1, 2, 3, 4}), i64({2, 2})});
  EXPECT_THAT(numbers(y), ElementsAre(1, 2, 1, 2, 3, 4, 3, 4, 1, 2, 1, 2, 3, 4, 3, 4));
  EXPECT_EQ(run(ops::tile, {f32({1, 2}), i64({0})}).count(), 0);
  EXPECT_EQ(run(ops::tile, {f32({}), i64({5})}).count(), 0);
  EXPECT_THAT(numbers(run(ops::tile, {Tensor::scalar(1.0f), i64({})})), ElementsAre(1));
  expectError(ErrorCode::input, "negative", [] { run(ops::tile, {f32({1}), i64({-1})}); });
  expectError(ErrorCode::input, "as many repeats", [] { run(ops::tile, {f32({1}), i64({1, 1})}); });
}

TEST(Movement, DepthToSpaceAndBack) {
  const Tensor x = iota({1, 8, 1, 1});
  const auto moved = [&](const std::string& mode) {
    return run(ops::depthToSpace, {x}, {{"blocksize", int64_t{2}}, {"mode", mode}});
  };
  EXPECT_EQ(moved("DCR").dims(), (Dims{1, 2, 2, 2}));
  EXPECT_THAT(numbers(moved("DCR")), ElementsAre(0, 2, 4, 6, 1, 3, 5, 7));
  EXPECT_THAT(numbers(moved("CRD")), ElementsAre(0, 1, 2, 3, 4, 5, 6, 7));
  const Tensor y = iota({2, 8, 3, 5});
  for (const std::string mode : {"DCR", "CRD"}) {
    const AttributeList attributes{{"blocksize", int64_t{2}}, {"mode", mode}};
    EXPECT_TRUE(run(ops::spaceToDepth, {run(ops::depthToSpace, {y}, attributes)}, attributes).sameAs(y))
        << mode;
  }
  expectError(ErrorCode::input, "multiple", [] {
    run(ops::depthToSpace, {iota({1, 6, 1, 1})}, {{"blocksize", int64_t{2}}});
  });
  expectError(ErrorCode::input, "out of range", [&] {
    run(ops::depthToSpace, {x}, {{"blocksize", int64_t{0}}});
  });
  expectError(ErrorCode::input, "dimensions", [] {
    run(ops::spaceToDepth, {iota({4})}, {{"blocksize", int64_t{2}}});
  });
}

}  // namespace
}  // namespace ridge::test
