// Convolutions of many shapes against the definition, on every instruction set, for several numbers of parts.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "cpu/kernels/depthwise/depthwise.h"
#include "cpu/kernels/gemm/conv_gemm.h"
#include "reference.h"

namespace ridge::cpu {
namespace {

struct Case {
  const char* name;
  ConvShape shape;
  bool plainInput = false;
};

ConvShape shape2d(int64_t batch, int64_t ci, int64_t hw, int64_t co, int64_t k, int64_t s, int64_t p,
                  int64_t d = 1, int64_t groups = 1) {
  ConvShape shape;
  shape.batch = batch, shape.groups = groups, shape.inChannels = ci, shape.outChannels = co;
  shape.in = {1, hw, hw + 2}, shape.kernel = {1, k, k}, shape.stride = {1, s, s};
  shape.dilation = {1, d, d}, shape.padBegin = {0, p, p};
  for (size_t i = 1; i < 3; ++i) shape.out[i] = (shape.in[i] + 2 * p - (k - 1) * d - 1) / s + 1;
  return shape;
}

ConvShape shape3d() {
  ConvShape shape;
  shape.batch = 2, shape.inChannels = 5, shape.outChannels = 7;
  shape.in = {4, 5, 6}, shape.kernel = {3, 2, 3}, shape.stride = {1, 2, 1}, shape.padBegin = {1, 0, 1};
  shape.out = {4, 2, 6};
  return shape;
}

std::vector<Case> gemmCases() {
  return {{"1x1", shape2d(1, 20, 9, 70, 1, 1, 0)},
          {"1x1 stride 2, batch", shape2d(2, 17, 8, 33, 1, 2, 0)},
          {"3x3", shape2d(2, 24, 7, 40, 3, 1, 1)},
          {"3x3 deep", shape2d(1, 300, 5, 20, 3, 1, 1)},
          {"3x3 dilated", shape2d(1, 12, 11, 16, 3, 1, 2, 2)},
          {"3x3 grouped", shape2d(1, 24, 6, 36, 3, 2, 1, 1, 4)},
          {"5x5 pad beyond input", shape2d(1, 9, 3, 5, 5, 1, 4)},
          {"first, channels last", shape2d(2, 3, 19, 18, 7, 2, 3)},
          {"first, plain", shape2d(2, 3, 19, 18, 7, 2, 3), true},
          {"plain 1x1", shape2d(1, 40, 6, 70, 1, 1, 0), true},
          {"plain dilated", shape2d(1, 4, 13, 9, 3, 1, 2, 2), true},
          {"plain grouped", shape2d(1, 12, 9, 8, 3, 1, 1, 1, 2), true},
          {"plain wide rows", shape2d(1, 2, 300, 4, 3, 1, 1), true},
          {"3d", shape3d()},
          {"3d plain", shape3d(), true}};
}

struct Data {
  std::vector<float> in, weights, bias, residual;
  ActivationStrides inStrides, outStrides;
};

/// Output (and residual) pixels are 5 floats further apart than needed: as in a slice of a concatenation.
Data makeData(const Case& test) {
  const ConvShape& s = test.shape;
  Data data;
  data.inStrides = test.plainInput ? ActivationStrides::plain(s.inChannels, s.in)
                                   : ActivationStrides::channelsLast(s.inChannels, s.in);
  data.outStrides = ActivationStrides::channelsLast(s.outChannels + 5, s.out);
  data.in = randomFloats(s.batch * s.inChannels * extentOf(s.in), 1);
  data.weights = randomFloats(s.outChannels * s.inChannels / s.groups * extentOf(s.kernel), 2);
  data.bias = randomFloats(s.outChannels, 3);
  data.residual = randomFloats(s.batch * data.outStrides.batch, 4);
  return data;
}

constexpr float kLow = -1.5f, kHigh = 6.0f;

/// Empty if `out` holds what the definition says and nothing was written between pixels.
std::string problemOfResult(const Case& test, const Data& data, const std::vector<float>& out) {
  const ConvShape& s = test.shape;
  std::vector<double> want(out.size(), 7.0);
  forEachElement(s.batch, s.outChannels, s.out, [&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
    const size_t i = at(data.outStrides, n, c, d, h, w);
    const double sum = convolve(s, data.in, data.inStrides, data.weights, n, c, {d, h, w}) +
                       static_cast<double>(data.bias[static_cast<size_t>(c)]) +
                       static_cast<double>(data.residual[i]);
    want[i] = std::clamp(sum, static_cast<double>(kLow), static_cast<double>(kHigh));
  });
  return difference(test.name, out, want, 2e-4);
}

template <class Conv>
std::vector<float> runConv(const Conv& conv, const Data& data, int parts, bool inPlaceResidual) {
  std::vector<std::byte> packedBytes, workspace;
  float* packed = align64(packedBytes, static_cast<size_t>(conv.packedFloats()) * sizeof(float));
  conv.pack(data.weights.data(), packed);
  auto* scratch = reinterpret_cast<std::byte*>(align64(workspace, conv.workspace(parts)));
  GemmEpilogue epilogue;
  epilogue.bias = data.bias.data(), epilogue.lo = kLow, epilogue.hi = kHigh;
  epilogue.residualStrides = data.outStrides;
  std::vector<float> out = inPlaceResidual ? data.residual : std::vector<float>(data.residual.size(), 7.0f);
  epilogue.residual = inPlaceResidual ? out.data() : data.residual.data();
  for (int part = 0; part < parts; ++part)
    conv.run(data.in.data(), packed, epilogue, out.data(), scratch, part, parts);
  return out;
}

TEST(ConvGemm, EqualsTheDefinition) {
  for (const Isa isa : isasHere())
    for (const Case& test : gemmCases()) {
      const Data data = makeData(test);
      const ConvGemm conv(test.shape, data.inStrides, data.outStrides, isa);
      const std::vector<float> out = runConv(conv, data, 1, false);
      EXPECT_EQ(problemOfResult(test, data, out), "") << name(isa);
    }
}

TEST(ConvGemm, PartsDoNotChangeBits) {
  for (const Case& test : gemmCases()) {
    const Data data = makeData(test);
    const ConvGemm conv(test.shape, data.inStrides, data.outStrides);
    const std::vector<float> one = runConv(conv, data, 1, false);
    for (const int parts : {2, 3, 8})
      EXPECT_EQ(bitDifference(test.name, runConv(conv, data, parts, false), one), "");
  }
}

TEST(ConvGemm, ResidualMayBeTheOutput) {
  for (const Case& test : gemmCases()) {
    const Data data = makeData(test);
    const ConvGemm conv(test.shape, data.inStrides, data.outStrides);
    std::vector<float> out = runConv(conv, data, 2, true);
    std::vector<float> want = runConv(conv, data, 1, false);
    for (size_t i = 0; i < want.size(); ++i)
      if (static_cast<int64_t>(i) % (test.shape.outChannels + 5) >= test.shape.outChannels) want[i] = out[i];
    EXPECT_EQ(bitDifference(test.name, out, want), "");
  }
}

struct HookContext {
  std::vector<float>* out;
  int64_t pitch;
};
void storeBlock(void* context, const GemmBlock& block) {
  const auto& to = *static_cast<HookContext*>(context);
  for (int64_t r = 0; r < block.rows; ++r)
    for (int64_t c = 0; c < block.columns; ++c)
      (*to.out)[static_cast<size_t>((block.row + r) * to.pitch + block.column + c)] =
          block.sums[r * block.pitch + c];
}

template <class Conv>
void expectHookSeesSums(const Conv& conv, const Case& test, const Data& data) {
  std::vector<std::byte> packedBytes, workspace;
  float* packed = align64(packedBytes, static_cast<size_t>(conv.packedFloats()) * sizeof(float));
  conv.pack(data.weights.data(), packed);
  std::vector<float> out(
      static_cast<size_t>(test.shape.batch * extentOf(test.shape.out) * test.shape.outChannels), NAN);
  HookContext context{&out, test.shape.outChannels};
  GemmEpilogue epilogue;
  epilogue.hook = storeBlock, epilogue.hookContext = &context;
  auto* scratch = reinterpret_cast<std::byte*>(align64(workspace, conv.workspace(2)));
  for (int part = 0; part < 2; ++part) conv.run(data.in.data(), packed, epilogue, nullptr, scratch, part, 2);
  std::vector<double> want(out.size());
  const ActivationStrides dense = ActivationStrides::channelsLast(test.shape.outChannels, test.shape.out);
  forEachElement(test.shape.batch, test.shape.outChannels, test.shape.out,
                 [&](int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
                   want[at(dense, n, c, d, h, w)] =
                       convolve(test.shape, data.in, data.inStrides, data.weights, n, c, {d, h, w});
                 });
  EXPECT_EQ(difference(test.name, out, want, 2e-4), "");
}

TEST(ConvGemm, HookSeesEverySumOnce) {
  for (const Case& test : gemmCases()) {
    const Data data = makeData(test);
    expectHookSeesSums(ConvGemm(test.shape, data.inStrides, data.outStrides), test, data);
  }
}

std::vector<Case> depthwiseCases() {
  std::vector<Case> cases{{"3x3", shape2d(2, 20, 9, 20, 3, 1, 1, 1, 20)},
                          {"3x3 stride 2", shape2d(1, 35, 9, 35, 3, 2, 1, 1, 35)},
                          {"5x5", shape2d(1, 16, 7, 16, 5, 1, 2, 1, 16)},
                          {"5x5 stride 2", shape2d(1, 16, 8, 16, 5, 2, 2, 1, 16)},
                          {"7x7 small input", shape2d(1, 8, 3, 8, 7, 1, 3, 1, 8)},
                          {"dilated", shape2d(1, 18, 11, 18, 3, 1, 2, 2, 18)},
                          {"4x4 stride 3", shape2d(1, 6, 13, 6, 4, 3, 1, 1, 6)},
                          {"1x1 stride 2", shape2d(1, 6, 9, 6, 1, 2, 0, 1, 6)},
                          {"multiplier 2", shape2d(1, 9, 6, 18, 3, 1, 1, 1, 9)},
                          {"multiplier 3, stride 2", shape2d(2, 7, 6, 21, 5, 2, 2, 1, 7)}};
  ConvShape deep = shape3d();
  deep.inChannels = deep.outChannels = deep.groups = 19;
  cases.push_back({"3d", deep});
  return cases;
}

TEST(DepthwiseConv, EqualsTheDefinition) {
  for (const Isa isa : isasHere())
    for (const Case& test : depthwiseCases()) {
      const Data data = makeData(test);
      const DepthwiseConv conv(test.shape, data.inStrides, data.outStrides, isa);
      for (const int parts : {1, 3})
        EXPECT_EQ(problemOfResult(test, data, runConv(conv, data, parts, false)), "") << name(isa);
    }
}

TEST(DepthwiseConv, HookSeesEverySumOnce) {
  for (const Case& test : depthwiseCases()) {
    const Data data = makeData(test);
    expectHookSeesSums(DepthwiseConv(test.shape, data.inStrides, data.outStrides), test, data);
  }
}

/// 3x3 with 512 channels: 4608 products in every sum, He-initialised weights, inputs after a ReLU.
TEST(ConvGemm, DeepSumsKeep100DecibelsInTheWorstChannel) {
  const Case test{"deep", shape2d(1, 512, 6, 32, 3, 1, 1)};
  Data data = makeData(test);
  std::mt19937 generator(5);
  std::normal_distribution<float> normal;
  for (float& x : data.in) x = std::max(0.0f, normal(generator));
  for (float& w : data.weights) w = normal(generator) * std::sqrt(2.0f / 4608.0f);
  std::fill(data.bias.begin(), data.bias.end(), 0.0f);
  std::fill(data.residual.begin(), data.residual.end(), 0.0f);
  for (const Isa isa : isasHere()) {
    const ConvGemm conv(test.shape, data.inStrides, data.outStrides, isa);
    std::vector<std::byte> packedBytes, workspace;
    float* packed = align64(packedBytes, static_cast<size_t>(conv.packedFloats()) * sizeof(float));
    conv.pack(data.weights.data(), packed);
    std::vector<float> out(data.residual.size());
    conv.run(data.in.data(), packed, {}, out.data(),
             reinterpret_cast<std::byte*>(align64(workspace, conv.workspace(1))), 0, 1);
    double worst = 1e9;
    for (int64_t c = 0; c < 32; ++c) {
      double signal = 0, error = 1e-300;
      forEachElement(1, 1, test.shape.out, [&](int64_t, int64_t, int64_t d, int64_t h, int64_t w) {
        const double want = convolve(test.shape, data.in, data.inStrides, data.weights, 0, c, {d, h, w});
        const double off = static_cast<double>(out[at(data.outStrides, 0, c, d, h, w)]) - want;
        signal += want * want, error += off * off;
      });
      worst = std::min(worst, 10 * std::log10(signal / error));
    }
    EXPECT_GT(worst, 100.0) << name(isa);
    RecordProperty(std::string(name(isa)), std::to_string(worst));
  }
}

}  // namespace
}  // namespace ridge::cpu
