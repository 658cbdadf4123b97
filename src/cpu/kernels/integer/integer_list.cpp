#include <fmt/format.h>

#include <array>
#include <cmath>

#include "cpu/kernels/check_support.h"
#include "cpu/kernels/integer/integer_kernels.h"
#include "cpu/kernels/kernel_list.h"

namespace ridge::cpu {
namespace {

constexpr std::array<int64_t, 5> kCounts{1, 7, 31, 64, 203};

std::vector<uint8_t> randomBytes(int64_t count, uint32_t seed) {
  std::vector<uint8_t> bytes(static_cast<size_t>(count));
  for (uint8_t& byte : bytes) {
    seed = seed * 1664525 + 1013904223;
    byte = static_cast<uint8_t>(seed >> 24);
  }
  return bytes;
}

int32_t numberOf(const ByteRun& run, int64_t at) {
  return (run.isSigned ? static_cast<int8_t>(run.bytes[at]) : int32_t{run.bytes[at]}) - run.zero;
}

uint8_t roundedByte(float r, const ByteResult& result) {
  const auto low = static_cast<float>(result.low - result.zero),
             high = static_cast<float>(result.high - result.zero);
  r = r > low ? r : low;
  r = r < high ? r : high;
  return static_cast<uint8_t>(result.zero + static_cast<int32_t>(std::nearbyint(r)));
}

template <class T>
std::string different(int64_t count, const std::vector<T>& got, const std::vector<T>& want) {
  for (size_t at = 0; at < want.size(); ++at)
    if (got[at] != want[at])
      return fmt::format("count {}: element {} is {} instead of {}", count, at, int64_t{got[at]},
                         int64_t{want[at]});
  return {};
}

std::string checkWiden(Isa isa, int64_t count, bool isSigned) {
  const auto bytes = randomBytes(count, 1);
  const ByteRun in{bytes.data(), isSigned, isSigned ? -5 : 131};
  std::vector<int16_t> got(bytes.size()), want;
  for (int64_t i = 0; i < count; ++i) want.push_back(static_cast<int16_t>(numberOf(in, i)));
  integerKernels(isa).widen({in, count, got.data()});
  return different(count, got, want);
}

std::string checkProducts(Isa isa, int64_t count, bool isSigned) {
  const int64_t depth = kIntegerDepth * 3, pixels = count % 6 + 1;
  const auto bytes = randomBytes((pixels + count) * depth, 2);
  std::vector<int16_t> numbers;
  for (uint8_t byte : bytes) numbers.push_back(static_cast<int16_t>(isSigned ? byte - 128 : byte));
  const int16_t *x = numbers.data(), *w = x + pixels * depth;
  std::vector<int32_t> got(static_cast<size_t>(pixels * count)), want;
  for (int64_t p = 0; p < pixels; ++p)
    for (int64_t o = 0; o < count; ++o) {
      int32_t sum = 0;
      for (int64_t k = 0; k < depth; ++k) sum += x[p * depth + k] * w[o * depth + k];
      want.push_back(sum);
    }
  integerKernels(isa).products({x, w, depth, pixels, count, got.data(), count});
  return different(count, got, want);
}

std::string checkDepthwise(Isa isa, int64_t count, bool isSigned) {
  constexpr int64_t kTaps = 5;
  const auto bytes = randomBytes(kTaps * count, 3);
  std::array<const uint8_t*, kTaps> taps;
  std::vector<int16_t> weights;
  for (int64_t t = 0; t < kTaps; ++t)
    taps[static_cast<size_t>(t)] = t == 2 ? nullptr : bytes.data() + t * count;
  for (uint8_t byte : bytes) weights.push_back(static_cast<int16_t>(100 - byte));
  std::vector<int32_t> got(static_cast<size_t>(count)), want(got.size());
  for (int64_t t = 0; t < kTaps; ++t)
    for (int64_t c = 0; c < count && t != 2; ++c)
      want[static_cast<size_t>(c)] += numberOf({taps[static_cast<size_t>(t)], isSigned, 3}, c) *
                                      weights[static_cast<size_t>(t * count + c)];
  integerKernels(isa).depthwise({taps.data(), weights.data(), kTaps, count, count, isSigned, 3, got.data()});
  return different(count, got, want);
}

// Sums around multiples of half a step, so that ties come up.
std::string checkFinish(Isa isa, int64_t count, bool isSigned) {
  const auto bytes = randomBytes(count * 3, 4);
  std::vector<int32_t> sums, bias;
  std::vector<float> multiplier, offset;
  for (size_t i = 0; i < static_cast<size_t>(count); ++i) {
    sums.push_back(static_cast<int32_t>(bytes[i]) * 3 - 300);
    bias.push_back(bytes[i + 1] % 8);
    multiplier.push_back(i % 3 == 0 ? 0.5F : 0.37F);
    offset.push_back(i % 2 == 0 ? 0.0F : 0.25F);
  }
  std::string problem;
  for (const bool activated : {false, true}) {
    FinishRun run{.sums = sums.data(),
                  .count = count,
                  .bias = bias.data(),
                  .multiplier = multiplier.data(),
                  .offset = offset.data(),
                  .residual = {bytes.data() + count, isSigned, 7},
                  .residualScale = 0.5F,
                  .activated = activated,
                  .activationLow = 0,
                  .activationHigh = 90,
                  .inverse = 0.75F,
                  .result = {3, 0, 250},
                  .out = nullptr};
    std::vector<uint8_t> got(static_cast<size_t>(count)), want;
    run.out = got.data();
    for (size_t i = 0; i < got.size(); ++i) {
      float r = std::fma(static_cast<float>(sums[i] + bias[i]), multiplier[i], offset[i]);
      if (activated) r = std::fmin(std::fmax(r, 0.0F), 90.0F);
      r = std::fma(static_cast<float>(numberOf(run.residual, static_cast<int64_t>(i))), 0.5F, r);
      want.push_back(roundedByte(activated ? r * 0.75F : r, run.result));
    }
    integerKernels(isa).finish(run);
    if (problem.empty()) problem = different(count, got, want);
  }
  return problem;
}

std::string checkAdd(Isa isa, int64_t count, bool isSigned) {
  const auto bytes = randomBytes(2 * count, 5);
  std::vector<uint8_t> got(static_cast<size_t>(count)), want;
  const AddRun run{{bytes.data(), isSigned, 9},
                   {bytes.data() + count, !isSigned, -3},
                   0.5F,
                   0.25F,
                   {128, 128, 255},
                   count,
                   got.data()};
  for (int64_t i = 0; i < count; ++i) {
    const float t = static_cast<float>(numberOf(run.b, i)) * run.bScale;
    want.push_back(roundedByte(std::fma(static_cast<float>(numberOf(run.a, i)), run.aScale, t), run.result));
  }
  integerKernels(isa).add(run);
  return different(count, got, want);
}

std::string checkQuantize(Isa isa, int64_t count, bool isSigned) {
  const auto bytes = randomBytes(count, 6);
  std::vector<float> in;
  for (uint8_t byte : bytes) in.push_back(static_cast<float>(byte - 100) * 0.25F);
  const ByteResult result{isSigned ? -9 : 7, isSigned ? -128 : 0, isSigned ? 127 : 255};
  std::vector<uint8_t> got(bytes.size()), want;
  for (float x : in) want.push_back(roundedByte(x / 0.17F, result));
  integerKernels(isa).quantize({in.data(), 0.17F, result, count, got.data()});
  return different(count, got, want);
}

std::string checkDequantize(Isa isa, int64_t count, bool isSigned) {
  const auto bytes = randomBytes(count, 7);
  const ByteRun in{bytes.data(), isSigned, 11};
  std::vector<float> got(bytes.size()), want;
  for (int64_t i = 0; i < count; ++i) want.push_back(static_cast<float>(numberOf(in, i)) * 0.3F);
  integerKernels(isa).dequantize({in, 0.3F, count, got.data()});
  return bitDifference(fmt::format("count {}", count), got, want);
}

using CheckFn = std::string (*)(Isa, int64_t, bool);
struct Checks {
  CheckFn widen = checkWiden, products = checkProducts, depthwise = checkDepthwise, finish = checkFinish,
          add = checkAdd, quantize = checkQuantize, dequantize = checkDequantize;
};

std::string checkAll(CheckFn check, Isa isa) {
  for (const int64_t count : kCounts)
    for (const bool isSigned : {false, true})
      if (std::string problem = check(isa, count, isSigned); !problem.empty()) return problem;
  return {};
}

}  // namespace

void listIntegerKernels(KernelList& list) {
  for (const Isa isa : kAllIsas) {
#define RIDGE_INTEGER(name, what) \
  list.push_back({"integer_" #name, "integer", isa, what, [isa] { return checkAll(Checks{}.name, isa); }});
#include "cpu/kernels/integer/kernels.inc"
#undef RIDGE_INTEGER
  }
}

}  // namespace ridge::cpu
