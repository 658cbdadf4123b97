// Literal expectations of the shape ops' kernels.
#include <cmath>

#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

TEST(ShapeOps, ShapeAndSize) {
  const Tensor x = iota({2, 3, 4});
  EXPECT_THAT(integers(run(ops::shapeOf, {x})), ElementsAre(2, 3, 4));
  EXPECT_THAT(integers(run(ops::shapeOf, {x}, {{"start", int64_t{-1}}})), ElementsAre(4));
  EXPECT_THAT(integers(run(ops::shapeOf, {x}, {{"start", int64_t{-9}}, {"end", int64_t{2}}})),
              ElementsAre(2, 3));
  EXPECT_EQ(run(ops::shapeOf, {x}, {{"start", int64_t{2}}, {"end", int64_t{1}}}).count(), 0);
  EXPECT_EQ(run(ops::shapeOf, {Tensor::scalar(1.0f)}).dims(), Dims{0});
  const Tensor count = run(ops::sizeOf, {x});
  EXPECT_EQ(count.rank(), 0);
  EXPECT_THAT(integers(count), ElementsAre(24));
}

TEST(ShapeOps, ReshapeForms) {
  const Tensor x = iota({2, 3, 4});
  const auto dimsOf = [&](std::vector<int64_t> shape, AttributeList attributes = {}) {
    return run(ops::reshape, {x, i64(std::move(shape))}, attributes).dims();
  };
  EXPECT_EQ(dimsOf({4, 2, 3}), (Dims{4, 2, 3}));
  EXPECT_EQ(dimsOf({0, -1}), (Dims{2, 12}));
  EXPECT_EQ(dimsOf({-1}), (Dims{24}));
  EXPECT_EQ(dimsOf({0, 0, 0}), (Dims{2, 3, 4}));
  EXPECT_EQ(run(ops::reshape, {iota({0, 3}), i64({0, -1})}).dims(), (Dims{0, 3}));
  EXPECT_EQ(run(ops::reshape, {iota({0, 3}), i64({3, 0})}, {{"allowzero", int64_t{1}}}).dims(), (Dims{3, 0}));
  EXPECT_EQ(run(ops::reshape, {iota({1}), i64({})}).dims(), Dims{});
  expectError(ErrorCode::input, "does not fit", [&] { dimsOf({5, -1}); });
  expectError(ErrorCode::input, "does not fit", [&] { dimsOf({5, 5}); });
  expectError(ErrorCode::input, "more than one -1", [&] { dimsOf({-1, -1}); });
  expectError(ErrorCode::input, "negative", [&] { dimsOf({-2, 12}); });
  expectError(ErrorCode::input, "behind the last", [&] { dimsOf({2, 3, 4, 0}); });
  expectError(ErrorCode::input, "does not fit", [&] { dimsOf({0, -1}, {{"allowzero", int64_t{1}}}); });
}

TEST(ShapeOps, FlattenSqueezeUnsqueeze) {
  const Tensor x = iota({2, 1, 3, 1});
  EXPECT_EQ(run(ops::flatten, {x}).dims(), (Dims{2, 3}));
  EXPECT_EQ(run(ops::flatten, {x}, {{"axis", int64_t{0}}}).dims(), (Dims{1, 6}));
  EXPECT_EQ(run(ops::flatten, {x}, {{"axis", int64_t{-1}}}).dims(), (Dims{6, 1}));
  EXPECT_EQ(run(ops::flatten, {x}, {{"axis", int64_t{4}}}).dims(), (Dims{6, 1}));
  EXPECT_EQ(run(ops::flatten, {Tensor::scalar(1.0f)}, {{"axis", int64_t{0}}}).dims(), (Dims{1, 1}));
  EXPECT_EQ(run(ops::squeeze, {x}).dims(), (Dims{2, 3}));
  EXPECT_EQ(run(ops::squeeze, {x, i64({-1})}).dims(), (Dims{2, 1, 3}));
  EXPECT_EQ(run(ops::unsqueeze, {iota({2, 3}), i64({0, -1})}).dims(), (Dims{1, 2, 3, 1}));
  EXPECT_EQ(run(ops::unsqueeze, {Tensor::scalar(1.0f), i64({0})}).dims(), Dims{1});
  EXPECT_THAT(numbers(run(ops::squeeze, {x})), ElementsAre(0, 1, 2, 3, 4, 5));
  expectError(ErrorCode::input, "is not 1", [&] { run(ops::squeeze, {x, i64({0})}); });
  expectError(ErrorCode::input, "named twice", [&] { run(ops::squeeze, {x, i64({1, -3})}); });
  expectError(ErrorCode::input, "named twice", [&] { run(ops::unsqueeze, {x, i64({0, 0})}); });
  expectError(ErrorCode::input, "axis 5", [&] { run(ops::flatten, {x}, {{"axis", int64_t{5}}}); });
}

TEST(ShapeOps, ExpandBroadcastsBothWays) {
  const Tensor y = run(ops::expand, {f32({3, 1}, {1, 2, 3}), i64({2, 1, 2})});
  EXPECT_EQ(y.dims(), (Dims{2, 3, 2}));
  EXPECT_THAT(numbers(y), ElementsAre(1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3));
  EXPECT_EQ(run(ops::expand, {f32({3, 4}, std::vector<double>(12)), i64({1})}).dims(), (Dims{3, 4}));
  EXPECT_EQ(run(ops::expand, {f32({1}, {1}), i64({0})}).count(), 0);
  expectError(ErrorCode::input, "negative", [] { run(ops::expand, {f32({1}), i64({-1})}); });
  EXPECT_THROW(run(ops::expand, {f32({1, 2}), i64({3})}), Error);
}

TEST(ShapeOps, IdentityAndDropout) {
  const Tensor x = iota({2, 2});
  EXPECT_TRUE(run(ops::identity, {x}).sameAs(x));
  const std::vector<Tensor> both = runAll(ops::dropout, {x, Tensor::scalar(0.5f)}, {}, 2);
  EXPECT_TRUE(both[0].sameAs(x));
  EXPECT_EQ(both[1].type(), DType::boolean);
  EXPECT_THAT(integers(both[1]), ElementsAre(1, 1, 1, 1));
  expectError(ErrorCode::input, "training", [&] {
    run(ops::dropout, {x, Tensor::scalar(0.5f), of(DType::boolean, {}, {1})});
  });
}

TEST(ShapeOps, ConstantOfShape) {
  const Tensor zeros = run(ops::constantOfShape, {i64({2, 3})});
  EXPECT_EQ(zeros.type(), DType::f32);
  EXPECT_THAT(numbers(zeros), ElementsAre(0, 0, 0, 0, 0, 0));
  const Tensor sevens = run(ops::constantOfShape, {i64({3})}, {{"value", i64({7})}});
  EXPECT_EQ(sevens.type(), DType::i64);
  EXPECT_THAT(integers(sevens), ElementsAre(7, 7, 7));
  EXPECT_EQ(run(ops::constantOfShape, {i64({})}).dims(), Dims{});
  EXPECT_EQ(run(ops::constantOfShape, {i64({0, 4})}).count(), 0);
  expectError(ErrorCode::input, "one element", [] {
    run(ops::constantOfShape, {i64({1})}, {{"value", i64({1, 2})}});
  });
}

TEST(ShapeOps, Range) {
  const auto of64 = [](int64_t x) { return Tensor::scalar(x); };
  EXPECT_THAT(integers(run(ops::rangeOf, {of64(3), of64(9), of64(3)})), ElementsAre(3, 6));
  EXPECT_THAT(integers(run(ops::rangeOf, {of64(10), of64(4), of64(-2)})), ElementsAre(10, 8, 6));
  EXPECT_EQ(run(ops::rangeOf, {of64(1), of64(1), of64(1)}).count(), 0);
  const auto of32 = [](float x) { return Tensor::scalar(x); };
  EXPECT_THAT(numbers(run(ops::rangeOf, {of32(1), of32(2), of32(0.25)})), ElementsAre(1, 1.25, 1.5, 1.75));
  EXPECT_EQ(run(ops::rangeOf, {of32(1), of32(0), of32(1)}).count(), 0);
  expectError(ErrorCode::input, "step is 0", [&] { run(ops::rangeOf, {of64(1), of64(2), of64(0)}); });
  expectError(ErrorCode::input, "not a number", [&] { run(ops::rangeOf, {of32(0), of32(NAN), of32(1)}); });
}

}  // namespace
}  // namespace ridge::test
