// Cycles of matrix products: the textbook's examples, shapes that need padding, whole devices.
#include "analyze/machine/cycle_model.h"

#include <gmock/gmock.h>

#include "analyze/machine/device_table.h"
#include "base/error.h"

namespace ridge::analyze {
namespace {

using testing::HasSubstr;

const Device& device(const char* name) {
  return findDevice(builtinDevices(), name);
}

const UnitRate& tensorCore(const char* name, Precision precision) {
  return *device(name).generation->matrix.rate(precision);
}

GemmRow row(const char* name, const Product& product, Precision precision, const std::string& unit) {
  for (const GemmRow& candidate : gemmOn(device(name), product, precision))
    if (candidate.unit == unit) return candidate;
  ADD_FAILURE() << name << " has no row " << unit;
  return {};
}

TEST(CycleModel, FourByEightTimesEightByFour) {
  const Product product{.m = 4, .n = 4, .k = 8};
  EXPECT_EQ(stepsOf(product, Block{1, 1, 1}, 1).steps, 128);
  EXPECT_EQ(stepsOf(product, Block{1, 1, 1}, 16).steps, 8);
  EXPECT_EQ(row("V100", product, Precision::fp16, "1 CUDA core (fp32)").cycles, 128);
  EXPECT_EQ(row("V100", product, Precision::fp16, "16 CUDA cores (fp32)").cycles, 8);
  EXPECT_EQ(row("V100", product, Precision::fp16, "1 tensor core").cycles, 2);
}

TEST(CycleModel, TheThirdGenerationTakesFourByEightTimesEightByEightAtOnce) {
  const GemmRow one = row("A100", {.m = 4, .n = 8, .k = 8}, Precision::fp16, "1 tensor core");
  EXPECT_EQ(one.cycles, 1);
  EXPECT_EQ(one.steps.waste, 0);
  EXPECT_EQ(one.steps.busy, 1);
  EXPECT_EQ(row("V100", {.m = 4, .n = 8, .k = 8}, Precision::fp16, "1 tensor core").cycles, 4);
}

TEST(CycleModel, SixteenByThirtyTwoTimesThirtyTwoByEight) {
  const Product product{.m = 16, .n = 8, .k = 32};
  EXPECT_EQ(row("A100", product, Precision::fp16, "instruction m16n8k16").steps.steps, 2);
  EXPECT_EQ(row("A100", product, Precision::fp16, "instruction m16n8k32, 2:4").steps.steps, 1);
  EXPECT_EQ(row("A100", product, Precision::fp16, "1 tensor core").cycles, 16);
  EXPECT_EQ(row("A100", product, Precision::fp16, "1 tensor core, 2:4").cycles, 8);
}

TEST(CycleModel, CyclesOfBlocksAreThePeaksRates) {
  // What a core of a generation multiplies in a cycle, by the vendors' papers.
  EXPECT_EQ(tensorCore("V100", Precision::fp16).cycle.multiplyAdds(), 64);
  EXPECT_EQ(tensorCore("T4", Precision::int8).cycle.multiplyAdds(), 128);
  EXPECT_EQ(tensorCore("A100", Precision::fp16).cycle.multiplyAdds(), 256);
  EXPECT_EQ(tensorCore("RTX 3080", Precision::fp16).cycle.multiplyAdds(), 128);
  EXPECT_EQ(tensorCore("H100 SXM5", Precision::fp8).cycle.multiplyAdds(), 1024);
  EXPECT_EQ(tensorCore("B200", Precision::fp16).cycle.multiplyAdds(), 1024);
}

TEST(CycleModel, InstructionsAreWholeCycles) {
  for (const auto& generation : builtinDevices().generations)
    for (const UnitKind* kind : {&generation->vector, &generation->matrix})
      for (const UnitRate& rate : kind->rates) {
        if (!rate.instruction) continue;
        const int64_t perCycle = rate.cycle.multiplyAdds() * rate.together;
        EXPECT_EQ(rate.instruction->multiplyAdds() % perCycle, 0) << generation->key << name(rate.precision);
        EXPECT_EQ(rate.units % rate.together, 0) << generation->key;
      }
}

TEST(CycleModel, PaddingIsCounted) {
  const Steps steps = stepsOf({.m = 17, .n = 8, .k = 20}, Block{16, 8, 16}, 1);
  EXPECT_EQ(steps.padded.m, 32);
  EXPECT_EQ(steps.padded.n, 8);
  EXPECT_EQ(steps.padded.k, 32);
  EXPECT_EQ(steps.steps, 4);
  EXPECT_DOUBLE_EQ(steps.waste, 1 - 17.0 * 8 * 20 / (32 * 8 * 32));
  EXPECT_DOUBLE_EQ(steps.busy, 17.0 * 8 * 20 / (4 * 16 * 8 * 16));
}

TEST(CycleModel, IdleUnitsAreNotPadding) {
  const Steps steps = stepsOf({.m = 3, .n = 3, .k = 5}, Block{1, 1, 1}, 8);
  EXPECT_EQ(steps.steps, 10);  // nine outputs on eight units: two rounds of five
  EXPECT_EQ(steps.waste, 0);
  EXPECT_DOUBLE_EQ(steps.busy, 45.0 / 80);
}

TEST(CycleModel, AProductMayLieOnItsSide) {
  const Steps tall = stepsOf({.m = 8, .n = 16, .k = 16}, Block{16, 8, 16}, 1);
  EXPECT_EQ(tall.steps, 1);
  EXPECT_EQ(tall.padded.m, 8);
  EXPECT_EQ(tall.padded.n, 16);
}

TEST(CycleModel, LargeProductsReachThePeak) {
  // 108 SM x 4 tensor cores: 4096^3 multiply-adds take 4096^3 / (432 * 256) cycles, and a little for the last
  // round.
  const GemmRow whole = row("A100", {4096, 4096, 4096}, Precision::fp16, "device: 432 tensor cores");
  EXPECT_NEAR(whole.cycles, 4096.0 * 4096 * 4096 / (432 * 256), whole.cycles * 0.01);
  EXPECT_GT(whole.steps.busy, 0.99);
  ASSERT_TRUE(whole.seconds);
  EXPECT_DOUBLE_EQ(*whole.seconds, whole.cycles / 1.41e9);
  const GemmRow sparse = row("A100", {4096, 4096, 4096}, Precision::fp16, "device: 432 tensor cores, 2:4");
  EXPECT_DOUBLE_EQ(sparse.cycles * 2, whole.cycles);
  // Four tensor cores of Hopper share one instruction; its tensor clock is another.
  const GemmRow hopper = row("H100 SXM5", {8192, 8192, 8192}, Precision::fp16, "device: 528 tensor cores");
  EXPECT_NEAR(hopper.cycles, 8192.0 * 8192 * 8192 / (528 * 512), hopper.cycles * 0.01);
  EXPECT_DOUBLE_EQ(*hopper.seconds, hopper.cycles / 1.83e9);
}

TEST(CycleModel, CpusHaveThemToo) {
  const GemmRow lanes = row("Ryzen 9 9950X", {64, 64, 64}, Precision::fp32, "1 core: 2 FMA units (fp32)");
  EXPECT_EQ(lanes.cycles, 64 * 64 * 64 / 32);
  const GemmRow amx = row("Xeon Platinum 8480+", {16, 16, 32}, Precision::bf16, "instruction m16n16k32");
  EXPECT_EQ(amx.steps.steps, 1);
  EXPECT_EQ(amx.cycles, 16);
}

TEST(CycleModel, PrecisionsThatVectorUnitsLackRunInFp32) {
  EXPECT_EQ(row("H100 SXM5", {8, 8, 8}, Precision::fp8, "1 CUDA core (fp32)").cycles, 512);
  EXPECT_EQ(row("H100 SXM5", {8, 8, 8}, Precision::fp8, "1 SM: 128 CUDA cores (fp32)").cycles, 8);
}

TEST(CycleModel, NoUnitsForThePrecision) {
  try {
    gemmOn(device("V100"), {8, 8, 8}, Precision::int4);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_THAT(error.todo(), HasSubstr("fp64, fp32, fp16, int8"));
  }
}

TEST(CycleModel, ProductsAreThreeSizes) {
  const Product product = productFromText("16x8x32");
  EXPECT_EQ(product.m, 16);
  EXPECT_EQ(product.n, 8);
  EXPECT_EQ(product.k, 32);
  for (const char* text : {"", "16", "16x8", "16x8x", "x8x32", "16x8x32x1", "0x8x32", "-1x8x32",
                           "16x8x1048577", "16X8X32", "16 x 8 x 32", "16x8x99999999999999999999", "1e3x8x8"})
    EXPECT_THROW(productFromText(text), Error) << text;
  // The largest is no overflow.
  const Steps largest = stepsOf({kLargestSide, kLargestSide, kLargestSide}, Block{1, 1, 1}, 1);
  EXPECT_EQ(largest.steps, int64_t{1} << 60);
}

}  // namespace
}  // namespace ridge::analyze
