#include "ops/numbers.h"

#include <gtest/gtest.h>

#include <atomic>
#include <cmath>
#include <limits>

#include "base/error.h"
#include "ir/tensor.h"
#include "ops/reference_support.h"

namespace ridge {
namespace {

using Ints = std::vector<int64_t>;

struct Place {
  Tensor tensor;
  TensorView view;
  Place(DType type, Dims dims) : tensor(Tensor::allocate(type, std::move(dims))) {
    view = {tensor.type(), tensor.dims(), tensor.mutableBytes().data()};
  }
};

template <class T>
double stored(DType type, T value) {
  Place place(type, {3});
  storeNumber(place.view, 1, value);
  EXPECT_EQ(loadNumber<double>(place.view, 0), type == DType::f8e8m0 ? std::ldexp(1.0, -127) : 0.0);
  return loadNumber<double>(place.view, 1);
}

TEST(Numbers, DoublesRoundHalfToEvenAndSaturate) {
  EXPECT_EQ(stored(DType::i8, 2.5), 2);
  EXPECT_EQ(stored(DType::i8, 3.5), 4);
  EXPECT_EQ(stored(DType::i8, 1e9), 127);
  EXPECT_EQ(stored(DType::i8, -1e9), -128);
  EXPECT_EQ(stored(DType::u8, -3.0), 0);
  EXPECT_EQ(stored(DType::i4, 100.0), 7);
  EXPECT_EQ(stored(DType::i4, -100.0), -8);
  EXPECT_EQ(stored(DType::u2, 9.0), 3);
  EXPECT_EQ(stored(DType::i32, std::nan("")), 0);
  EXPECT_EQ(stored(DType::i64, 1e30), static_cast<double>(std::numeric_limits<int64_t>::max()));
  EXPECT_EQ(stored(DType::u64, 1e30), static_cast<double>(std::numeric_limits<uint64_t>::max()));
  EXPECT_EQ(stored(DType::boolean, 0.25), 1);
}

TEST(Numbers, FloatsRoundOnceFromDouble) {
  // Just above the middle of two halves: by way of float32 it would land on the middle and round down.
  EXPECT_EQ(stored(DType::f16, 1 + 0x1p-11 + 0x1p-40), 1 + 0x1p-10);
  EXPECT_EQ(stored(DType::bf16, 1 + 0x1p-8 + 0x1p-40), 1 + 0x1p-7);
  EXPECT_EQ(stored(DType::f16, 1e9), std::numeric_limits<double>::infinity());
  EXPECT_EQ(stored(DType::f8e4m3fn, 1e9), 448);
  EXPECT_EQ(stored(DType::f32, 0.1), static_cast<double>(0.1F));
}

TEST(Numbers, IntegersWrapAround) {
  EXPECT_EQ(stored(DType::i8, int64_t{200}), -56);
  EXPECT_EQ(stored(DType::u8, int64_t{-1}), 255);
  EXPECT_EQ(stored(DType::i4, int64_t{9}), -7);
}

TEST(Numbers, RefusesWhatHasNoNumbers) {
  EXPECT_THROW(numberClassOf(DType::string), Error);
  EXPECT_THROW(numberClassOf(DType::complex64), Error);
  EXPECT_THROW(numberClassOf(DType::undefined), Error);
}

// Every element of every input is met once, at its place.
void compareWithCounting(const Dims& output, const std::vector<Dims>& inputs) {
  std::vector<std::span<const int64_t>> spans(inputs.begin(), inputs.end());
  const BroadcastRuns runs(output, spans);
  const int64_t count = elementCount(output);
  std::vector<Ints> found(inputs.size());
  runs.visit(0, count, 5, [&](int64_t first, const StridedRuns::Run& run) {
    EXPECT_EQ(first, static_cast<int64_t>(found[0].size()));
    for (size_t input = 0; input < inputs.size(); ++input)
      for (int64_t at = 0; at < run.length; ++at)
        found[input].push_back(run.offsets[input] + at * run.strides[input]);
  });
  for (size_t input = 0; input < inputs.size(); ++input) {
    Ints expected;
    for (int64_t flat = 0; flat < count; ++flat) {
      int64_t rest = flat, offset = 0, stride = 1;
      for (size_t back = 1; back <= output.size(); ++back) {
        const int64_t extent = output[output.size() - back], index = rest % extent;
        rest /= extent;
        if (back > inputs[input].size()) continue;
        const int64_t own = inputs[input][inputs[input].size() - back];
        offset += own == 1 ? 0 : index * stride;
        stride *= own;
      }
      expected.push_back(offset);
    }
    EXPECT_EQ(found[input], expected) << "input " << input << " of " << toString(output);
  }
}

TEST(BroadcastRuns, AgreeWithCounting) {
  compareWithCounting({2, 3, 4}, {{2, 3, 4}, {2, 3, 4}});
  compareWithCounting({2, 3, 4}, {{2, 3, 4}, {3, 1}});
  compareWithCounting({2, 3, 4}, {{4}, {2, 1, 1}});
  compareWithCounting({2, 3, 4, 5}, {{3, 1, 5}, {2, 1, 4, 1}, {}});
  compareWithCounting({1, 7}, {{7}, {1}});
  compareWithCounting({}, {{}, {}});
  compareWithCounting({2, 3}, {{2, 3}, {1}, {3}, {2, 1}, {1, 1}, {1, 3}});
}

TEST(ParallelRanges, CoverEverythingOnce) {
  for (int64_t count : {0, 1, 511, 512, 513, 100000}) {
    std::vector<std::atomic<int>> met(static_cast<size_t>(count));
    parallelRanges(count, 512, [&](int64_t begin, int64_t end) {
      EXPECT_EQ(begin % 512, 0);
      for (int64_t at = begin; at < end; ++at) ++met[static_cast<size_t>(at)];
    });
    for (const auto& times : met) ASSERT_EQ(times, 1);
  }
}

}  // namespace
}  // namespace ridge
