// The ops that select or place by index: what cases cannot say, errors and inference above all.
#include <limits>

#include "support/graph_maker.h"
#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

constexpr int64_t kFar = int64_t{1} << 40;

TEST(Index, OutOfRangeIsAnError) {
  const Tensor x = iota({2, 3});
  const auto refused = [](const Op& op, const std::vector<Tensor>& inputs,
                          const AttributeList& attributes = {}) {
    expectError(ErrorCode::input, "out of range", [&] { run(op, inputs, attributes); });
  };
  refused(ops::scatterElements,
          {x, Tensor::of({1, 1}, std::span<const int64_t>({int64_t{2}})), iota({1, 1})});
  refused(ops::scatterNd, {x, Tensor::of({1, 1}, std::span<const int64_t>({int64_t{-3}})), iota({1, 3})});
  refused(ops::gatherNd, {x, i64({0, 3})});
}

TEST(Index, ShapesThatDoNotFitAreErrors) {
  const Tensor x = iota({2, 3});
  EXPECT_THROW(run(ops::scatterElements, {x, i64({0}), iota({1})}), Error);
  EXPECT_THROW(run(ops::scatterElements, {x, of(DType::i64, {1, 4}, {0, 0, 0, 0}), iota({1, 4})}), Error);
  EXPECT_THROW(run(ops::scatterNd, {x, of(DType::i64, {1, 3}, {0, 0, 0}), iota({1})}), Error);
  EXPECT_THROW(run(ops::scatterNd, {x, of(DType::i64, {1, 1}, {0}), iota({1, 2})}), Error);
  EXPECT_THROW(run(ops::scatterNd, {x, of(DType::i64, {1, 1}, {0}), iota({1, 3})},
                   {{"reduction", std::string("xor")}}),
               Error);
  EXPECT_THROW(runAll(ops::topK, {x, i64({4})}, {}, 2), Error);
  EXPECT_THROW(runAll(ops::topK, {x, i64({-1})}, {}, 2), Error);
  EXPECT_THROW(run(ops::cumSum, {x, Tensor::scalar(int64_t{2})}), Error);
  EXPECT_THROW(run(ops::reverseSequence, {x, i64({3, 1, 1})}), Error);
  EXPECT_THROW(run(ops::reverseSequence, {x, i64({1, 1})}), Error);
  EXPECT_THROW(run(ops::tensorScatter, {iota({1, 3, 2}), iota({1, 2, 2}), i64({2})}), Error);
  EXPECT_THROW(run(ops::nonMaxSuppression, {iota({1, 2, 4}), iota({1, 1, 3})}), Error);
  EXPECT_THROW(run(ops::det, {x}), Error);
}

// Nothing loops over or allocates for dimensions that only an empty tensor can have.
TEST(Index, EmptyTensorsMayHaveLongAxes) {
  EXPECT_EQ(run(ops::cumSum, {iota({kFar, 0}), Tensor::scalar(int64_t{1})}).dims(), (Dims{kFar, 0}));
  EXPECT_EQ(run(ops::scatterNd, {iota({0}), iota({kFar, 0}, DType::i64), iota({kFar, 0})}).count(), 0);
  EXPECT_EQ(run(ops::gatherNd, {iota({0}), iota({kFar, 0}, DType::i64)}).dims(), (Dims{kFar, 0}));
  EXPECT_EQ(runAll(ops::topK, {iota({kFar, 0}), i64({0})}, {}, 2)[0].dims(), (Dims{kFar, 0}));
  EXPECT_EQ(run(ops::unique, {iota({kFar, 0})}, {{"axis", int64_t{0}}}).dims(), (Dims{0, 0}));
  EXPECT_EQ(run(ops::nonMaxSuppression, {iota({kFar, 0, 4}), iota({kFar, 1, 0})}).dims(), (Dims{0, 3}));
  EXPECT_EQ(run(ops::trilu, {iota({kFar, 0})}).count(), 0);
}

TEST(Index, FarDiagonalsAreHarmless) {
  constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
  const Tensor x = iota({2, 2});
  EXPECT_THAT(numbers(run(ops::trilu, {x, Tensor::scalar(kMax)})), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(numbers(run(ops::trilu, {x, Tensor::scalar(-kMax - 1)})), ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(numbers(run(ops::eyeLike, {x}, {{"k", kMax}})), ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(numbers(run(ops::eyeLike, {x}, {{"k", -kMax - 1}})), ElementsAre(0, 0, 0, 0));
}

TEST(Index, StringsAreChosenToo) {
  const Tensor x = Tensor::ofStrings({2, 2}, {"b", "a", "b", "c"});
  EXPECT_EQ(run(ops::unique, {x}).strings(), (std::vector<std::string>{"a", "b", "c"}));
  EXPECT_EQ(run(ops::compress, {x, of(DType::boolean, {2}, {0, 1})}, {{"axis", int64_t{1}}}).strings(),
            (std::vector<std::string>{"a", "c"}));
}

TEST(Index, ShapesFollowFromPartlyKnownContents) {
  GraphMaker g;
  const ValueId x = g.input("x", {2, 7}), k = g.ints("k", {3});
  const ValueId indices = g.input("i", {5}, DType::i64), values = g.input("v", {2});
  const ValueId hot = g.node(ops::oneHot, {indices, k, values}, "hot", {{"axis", int64_t{0}}});
  const ValueId cropped =
      g.node(ops::centerCropPad, {x, g.ints("s", {9})}, "c", {{"axes", std::vector<int64_t>{-1}}});
  const ValueId window = g.node(ops::hannWindow, {k}, "w");
  const ValueId chosen =
      g.node(ops::compress, {x, g.input("b", {2}, DType::boolean)}, "chosen", {{"axis", int64_t{0}}});
  const ValueId places = g.node(ops::nonZero, {x}, "places");
  const Graph graph = g.finish();
  EXPECT_EQ(graph.value(hot).shape.toString(), "[3,5]");
  EXPECT_EQ(graph.value(cropped).shape.toString(), "[2,9]");
  EXPECT_EQ(graph.value(window).shape.toString(), "[3]");
  EXPECT_EQ(graph.value(chosen).shape.toString(), "[?,7]");
  EXPECT_EQ(graph.value(places).shape.toString(), "[2,?]");
}

}  // namespace
}  // namespace ridge::test
