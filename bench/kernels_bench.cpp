// Speed of the CPU kernels: every line of kernels.inc by itself, then whole layers of ResNet-50 and
// MobileNetV2 on one core. `share` is the layer's rate over that of bare fused multiply-adds measured right
// beside it, the median of many pairs: other load on the machine cancels out.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <ctime>
#include <memory>

#include "cpu/kernels/check_support.h"
#include "cpu/kernels/depthwise/depthwise.h"
#include "cpu/kernels/gemm/conv_gemm.h"
#include "cpu/kernels/pointwise/pointwise_kernels.h"

namespace ridge::cpu {
namespace {

/// CPU time of this thread: what other programs use of the core does not count.
double seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

/// 64-byte aligned floats (or bytes) without values.
struct Storage {
  explicit Storage(size_t bytes) : at(std::aligned_alloc(64, (bytes + 127) / 64 * 64), std::free) {}
  std::unique_ptr<void, void (*)(void*)> at;
};

/// The widest tile over a panel and rows that stay in L1: as near to the peak as compiled code comes.
class PeakProbe {
 public:
  explicit PeakProbe(Isa isa) : kernels_(gemmKernels(isa)) {
    const int vectors = kernels_.maxVectors, rows = kernels_.maxRows[vectors];
    flops_ = 2.0 * static_cast<double>(kDepth * rows * vectors * kernels_.lanes);
    b_ = randomFloats(kDepth * vectors * kernels_.lanes, 1);
    a_ = randomFloats(kDepth * rows, 2);
    c_.resize(static_cast<size_t>(rows * vectors * kernels_.lanes));
    for (int r = 0; r < rows; ++r) aRows_.push_back(a_.data() + r * kDepth);
    tile_.a = aRows_.data(), tile_.aPitch = rows, tile_.segments = 1, tile_.length = kDepth;
    tile_.b = b_.data(), tile_.sums = c_.data();
    run_ = kernels_.tile[vectors][rows];
  }
  /// Operations per second now.
  double operator()() {
    constexpr int kCalls = 64;
    const double start = seconds();
    for (int i = 0; i < kCalls; ++i) run_(tile_);
    return flops_ * kCalls / (seconds() - start);
  }

 private:
  static constexpr int64_t kDepth = 128;
  const GemmKernels& kernels_;
  std::vector<float> a_, b_, c_;
  std::vector<const float*> aRows_;
  GemmTile tile_{};
  GemmTileFn run_;
  double flops_;
};

void report(benchmark::State& state, double flops, double best, std::vector<double>& shares, double peak) {
  std::sort(shares.begin(), shares.end());
  state.counters["GFLOPS"] = flops / best * 1e-9;
  state.counters["peak"] = peak * 1e-9;
  state.counters["share"] = shares[shares.size() / 2];
}

/// Alternates `run` with the probe and reports rates.
template <class Run>
void measure(benchmark::State& state, Isa isa, double flops, Run run) {
  PeakProbe probe(isa);
  run();
  double best = 1e9, peak = 0;
  std::vector<double> shares;
  for (auto _ : state) {
    const double before = probe(), start = seconds();
    run();
    const double spent = seconds() - start, now = std::max(before, probe());
    best = std::min(best, spent);
    peak = std::max(peak, now);
    shares.push_back(flops / spent / now);
  }
  report(state, flops, best, shares, peak);
}

struct Layer {
  const char* name;
  int64_t ci, size, co, kernel, stride;
  bool plain = false, depthwise = false;
};

constexpr Layer kLayers[] = {
    {"resnet50/conv1", 3, 224, 64, 7, 2, true},
    {"resnet50/2.1x1_64", 64, 56, 64, 1, 1},
    {"resnet50/2.3x3", 64, 56, 64, 3, 1},
    {"resnet50/2.expand", 64, 56, 256, 1, 1},
    {"resnet50/2.reduce", 256, 56, 64, 1, 1},
    {"resnet50/3.3x3_s2", 128, 56, 128, 3, 2},
    {"resnet50/3.3x3", 128, 28, 128, 3, 1},
    {"resnet50/3.expand", 128, 28, 512, 1, 1},
    {"resnet50/3.reduce", 512, 28, 128, 1, 1},
    {"resnet50/3.shortcut_s2", 256, 56, 512, 1, 2},
    {"resnet50/4.3x3", 256, 14, 256, 3, 1},
    {"resnet50/4.expand", 256, 14, 1024, 1, 1},
    {"resnet50/4.reduce", 1024, 14, 256, 1, 1},
    {"resnet50/5.3x3", 512, 7, 512, 3, 1},
    {"resnet50/5.expand", 512, 7, 2048, 1, 1},
    {"resnet50/5.reduce", 2048, 7, 512, 1, 1},
    {"resnet50/fc", 2048, 1, 1000, 1, 1},
    {"mobilenetv2/conv1", 3, 224, 32, 3, 2, true},
    {"mobilenetv2/project_16", 32, 112, 16, 1, 1},
    {"mobilenetv2/expand_96", 16, 112, 96, 1, 1},
    {"mobilenetv2/project_24", 96, 56, 24, 1, 1},
    {"mobilenetv2/expand_144", 24, 56, 144, 1, 1},
    {"mobilenetv2/project_32", 144, 28, 32, 1, 1},
    {"mobilenetv2/expand_192", 32, 28, 192, 1, 1},
    {"mobilenetv2/project_64", 192, 14, 64, 1, 1},
    {"mobilenetv2/expand_384", 64, 14, 384, 1, 1},
    {"mobilenetv2/project_96", 576, 14, 96, 1, 1},
    {"mobilenetv2/project_160", 960, 7, 160, 1, 1},
    {"mobilenetv2/expand_960", 160, 7, 960, 1, 1},
    {"mobilenetv2/last", 320, 7, 1280, 1, 1},
    {"mobilenetv2/dw_32", 32, 112, 32, 3, 1, false, true},
    {"mobilenetv2/dw_96_s2", 96, 112, 96, 3, 2, false, true},
    {"mobilenetv2/dw_144", 144, 56, 144, 3, 1, false, true},
    {"mobilenetv2/dw_192", 192, 28, 192, 3, 1, false, true},
    {"mobilenetv2/dw_576", 576, 14, 576, 3, 1, false, true},
    {"mobilenetv2/dw_960", 960, 7, 960, 3, 1, false, true},
    {"efficientnet/dw5_240_s2", 240, 56, 240, 5, 2, false, true},
    {"efficientnet/dw5_672", 672, 14, 672, 5, 1, false, true},
};

ConvShape shapeOf(const Layer& layer) {
  ConvShape shape;
  shape.groups = layer.depthwise ? layer.ci : 1;
  shape.inChannels = layer.ci, shape.outChannels = layer.co;
  const int64_t pad = layer.kernel / 2, out = (layer.size + 2 * pad - layer.kernel) / layer.stride + 1;
  shape.in = {1, layer.size, layer.size}, shape.out = {1, out, out};
  shape.kernel = {1, layer.kernel, layer.kernel}, shape.stride = {1, layer.stride, layer.stride};
  shape.padBegin = {0, pad, pad};
  return shape;
}

template <class Conv>
void benchConv(benchmark::State& state, const Layer& layer, Isa isa) {
  const ConvShape shape = shapeOf(layer);
  const ActivationStrides in = layer.plain ? ActivationStrides::plain(layer.ci, shape.in)
                                           : ActivationStrides::channelsLast(layer.ci, shape.in);
  const Conv conv(shape, in, ActivationStrides::channelsLast(layer.co, shape.out), isa);
  const int64_t pixels = shape.out[1] * shape.out[2],
                perOutput = layer.ci / shape.groups * layer.kernel * layer.kernel;
  const std::vector<float> input = randomFloats(layer.ci * layer.size * layer.size, 1);
  const std::vector<float> weights = randomFloats(layer.co * perOutput, 2), bias = randomFloats(layer.co, 3);
  std::vector<float> output(static_cast<size_t>(pixels * layer.co));
  const Storage packed(static_cast<size_t>(conv.packedFloats()) * sizeof(float)),
      workspace(conv.workspace(1));
  auto* b = static_cast<float*>(packed.at.get());
  conv.pack(weights.data(), b);
  GemmEpilogue epilogue;
  epilogue.bias = bias.data(), epilogue.lo = 0.0f;
  measure(state, isa, 2.0 * static_cast<double>(pixels * layer.co * perOutput), [&] {
    conv.run(input.data(), b, epilogue, output.data(), static_cast<std::byte*>(workspace.at.get()), 0, 1);
  });
}

void benchTile(benchmark::State& state, Isa isa, int rows, int vectors) {
  const GemmKernels& kernels = gemmKernels(isa);
  constexpr int64_t kDepth = 128;
  const int64_t width = int64_t{vectors} * kernels.lanes;
  const std::vector<float> a = randomFloats(rows * kDepth, 1), b = randomFloats(kDepth * width, 2);
  std::vector<float> sums(static_cast<size_t>(rows * width));
  std::vector<const float*> pointers;
  for (int r = 0; r < rows; ++r) pointers.push_back(a.data() + r * kDepth);
  GemmTile tile{};
  tile.a = pointers.data(), tile.aPitch = rows, tile.segments = 1, tile.length = kDepth;
  tile.b = b.data(), tile.sums = sums.data();
  constexpr int kCalls = 64;
  measure(state, isa, 2.0 * static_cast<double>(kCalls * kDepth * rows * width), [&] {
    for (int i = 0; i < kCalls; ++i) kernels.tile[vectors][rows](tile);
  });
}

void benchStep(benchmark::State& state, PointwiseStepFn step) {
  constexpr int64_t kCount = 256;
  const std::vector<float> a = randomFloats(kCount, 1, 0.1f, 4.0f), b = randomFloats(kCount, 2, 0.1f, 4.0f);
  std::vector<float> out(kCount);
  for (auto _ : state) {
    step(out.data(), a.data(), b.data(), a.data(), kCount);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(state.iterations() * kCount);
}

void registerAll() {
  const Isa here = activeIsa();
#define RIDGE_GEMM(isa, rows, vectors)                                                             \
  if (Isa::isa <= here)                                                                            \
    benchmark::RegisterBenchmark(fmt::format("tile/{}/{}x{}vectors", #isa, rows, vectors).c_str(), \
                                 [](benchmark::State& s) { benchTile(s, Isa::isa, rows, vectors); });
#include "cpu/kernels/gemm/kernels.inc"
#undef RIDGE_GEMM
#define RIDGE_POINTWISE(name, sources, expression) \
  benchmark::RegisterBenchmark("pointwise/" #name, \
                               [here](benchmark::State& s) { benchStep(s, pointwiseKernels(here).name); });
#include "cpu/kernels/pointwise/kernels.inc"
#undef RIDGE_POINTWISE
  for (const Layer& layer : kLayers)
    benchmark::RegisterBenchmark(layer.name, [&layer, here](benchmark::State& s) {
      if (layer.depthwise)
        benchConv<DepthwiseConv>(s, layer, here);
      else
        benchConv<ConvGemm>(s, layer, here);
    });
}

}  // namespace
}  // namespace ridge::cpu

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  ridge::cpu::registerAll();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
