#include "ir/shape.h"

#include <gtest/gtest.h>

#include <thread>

#include "support/expect_error.h"

namespace ridge {
namespace {

using test::expectError;

const Dim kN = Dim::symbol("N"), kM = Dim::symbol("M"), kUnknown;

Shape shape(std::vector<Dim> dims) {
  return Shape(std::move(dims));
}

TEST(Dim, onlyEqualityIsKnownOfSymbols) {
  EXPECT_TRUE(kN.sameAs(Dim::symbol("N")));
  EXPECT_FALSE(kN.sameAs(kM));
  EXPECT_FALSE(kUnknown.sameAs(kUnknown));
  EXPECT_FALSE(kN.sameAs(Dim(0)));
  EXPECT_TRUE(Dim::symbol("").isUnknown());
  EXPECT_EQ(kN.symbolName(), "N");
  EXPECT_EQ(Dim(-3).toString() + kN.toString() + kUnknown.toString(), "-3N?");
}

TEST(Dim, symbolsFromSeveralThreads) {
  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([] {
      for (int number = 0; number < 500; ++number) {
        const std::string name = std::to_string(number);
        EXPECT_EQ(Dim::symbol(name).symbolName(), name);
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(Dim::symbol("7").sameAs(Dim::symbol("7")));
}

TEST(Shape, knowsWhatItKnows) {
  EXPECT_FALSE(Shape().ranked());
  EXPECT_EQ(Shape().toString(), "[?]");
  EXPECT_EQ(Shape::scalar().toString(), "[]");
  EXPECT_EQ(Shape::scalar().count(), 1);
  EXPECT_EQ(shape({kN, 3, kUnknown}).toString(), "[N,3,?]");
  EXPECT_EQ(shape({kN, 3}).count(), std::nullopt);
  EXPECT_EQ(shape({2, 3}).staticDims(), (Dims{2, 3}));
  EXPECT_TRUE(shape({2, 3}).isStatic());
  EXPECT_FALSE(Shape().isStatic());
  expectError(ErrorCode::internal, "rank", [] { (void)Shape().dims(); });
  expectError(ErrorCode::internal, "axis", [] { (void)shape({2})[1]; });
}

TEST(Shape, mergeKeepsTheMostKnown) {
  EXPECT_EQ(merge(shape({kN, kUnknown, 3}), shape({4, kM, kUnknown})), shape({4, kM, 3}));
  EXPECT_EQ(merge(Shape(), shape({kN})), shape({kN}));
  EXPECT_EQ(merge(shape({kN}), shape({kM})), shape({kN}));
  expectError(ErrorCode::input, "contradict", [] { merge(shape({2, kN}), shape({3, kN})); });
  expectError(ErrorCode::input, "contradict", [] { merge(shape({2}), shape({2, 2})); });
  expectError(ErrorCode::input, "contradict", [] { merge(Dim(1), Dim(2)); });
}

TEST(Shape, broadcasts) {
  EXPECT_EQ(broadcast(shape({2, 1, 4}), shape({3, 1})), shape({2, 3, 4}));
  EXPECT_EQ(broadcast(shape({kN, 1}), shape({kN, kM})), shape({kN, kM}));
  EXPECT_EQ(broadcast(shape({kN}), shape({kM})), shape({kUnknown}));
  EXPECT_EQ(broadcast(shape({kN}), shape({5})), shape({5}));
  EXPECT_EQ(broadcast(shape({kUnknown}), shape({1})), shape({kUnknown}));
  EXPECT_EQ(broadcast(shape({0}), shape({1})), shape({0}));
  EXPECT_EQ(broadcast(Shape(), shape({1})), Shape());
  EXPECT_EQ(broadcast(Shape::scalar(), shape({kN})), shape({kN}));
  EXPECT_EQ(broadcast(Dims{4, 1}, Dims{3}), (Dims{4, 3}));
  expectError(ErrorCode::input, "broadcast", [] { broadcast(Dims{2}, Dims{3}); });
  expectError(ErrorCode::input, "broadcast", [] { broadcast(Dims{0}, Dims{3}); });
}

TEST(Shape, axes) {
  EXPECT_EQ(normalizeAxis(-1, 4), 3);
  EXPECT_EQ(normalizeAxis(0, 1), 0);
  for (const int64_t axis : {int64_t{4}, int64_t{-5}, INT64_MIN, INT64_MAX})
    expectError(ErrorCode::input, "axis", [&] { normalizeAxis(axis, 4); });
}

}  // namespace
}  // namespace ridge
