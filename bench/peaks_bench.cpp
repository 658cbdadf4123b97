// Peaks of this machine a second time, written apart from the probes of `ridge device --measure`: intrinsics,
// products of registers that are added up, timing by Google Benchmark. One thread; built for the machine that
// it runs on. Real time: what interrupts a run makes it longer, as on the other side.
#include "peaks_bench.h"

#include <benchmark/benchmark.h>
#include <immintrin.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

namespace peaks {
namespace {

// What goes through it is not known to the compiler, and costs nothing.
template <class Vector>
inline void hide(Vector& value) {
  asm volatile("" : "+v"(value));
}

/// Of zeros a CPU makes no work: tiles of them run at a third more than the clock that others get.
template <class Memory>
Memory filledWith(uint32_t word) {
  static_assert(sizeof(Memory) % sizeof(word) == 0);
  Memory result;
  for (size_t at = 0; at < sizeof(Memory); at += sizeof(word))
    std::memcpy(reinterpret_cast<char*>(&result) + at, &word, sizeof(word));
  return result;
}

#ifdef __AVX512F__
using Integers = __m512i;
struct Fp32 {
  using Sum = __m512;
  using Factor = __m512;
  static constexpr double kOperations = 16 * 2;
  static constexpr uint32_t kOnes = 0x3f800000;
  static Sum add(Sum sum, Factor a, Factor b) { return _mm512_fmadd_ps(a, b, sum); }
};
#else
using Integers = __m256i;
struct Fp32 {
  using Sum = __m256;
  using Factor = __m256;
  static constexpr double kOperations = 8 * 2;
  static constexpr uint32_t kOnes = 0x3f800000;
  static Sum add(Sum sum, Factor a, Factor b) { return _mm256_fmadd_ps(a, b, sum); }
};
#endif

#ifdef __AVX512BF16__
struct Bf16 {
  using Sum = __m512;
  using Factor = __m512bh;
  static constexpr double kOperations = 32 * 2;
  static constexpr uint32_t kOnes = 0x3f803f80;
  static Sum add(Sum sum, Factor a, Factor b) { return _mm512_dpbf16_ps(sum, a, b); }
};
#endif

#ifdef __AVX512VNNI__
struct Int8 {
  using Sum = __m512i;
  using Factor = __m512i;
  static constexpr double kOperations = 64 * 2;
  static constexpr uint32_t kOnes = 0x01010101;
  static Sum add(Sum sum, Factor a, Factor b) { return _mm512_dpbusd_epi32(sum, a, b); }
};
#endif

benchmark::Counter rate(double ofEveryIteration) {
  return {ofEveryIteration, benchmark::Counter::kIsIterationInvariantRate};
}

template <class Unit>
void arithmetic(benchmark::State& state) {
  constexpr int kSums = 16, kRounds = 1000;
  typename Unit::Factor a = filledWith<typename Unit::Factor>(Unit::kOnes), b = a;
  hide(a), hide(b);
  typename Unit::Sum sums[kSums];
#pragma GCC unroll 16
  for (auto& sum : sums) {
    sum = typename Unit::Sum{};
    hide(sum);
  }
  for ([[maybe_unused]] auto iteration : state)
    for (int round = 0; round < kRounds; ++round) {
#pragma GCC unroll 16
      for (int i = 0; i < kSums; ++i) sums[i] = Unit::add(sums[i], a, b);
    }
#pragma GCC unroll 16
  for (auto& sum : sums) hide(sum);
  state.counters["rate"] = rate(Unit::kOperations * kSums * kRounds);
}

#if defined(__AMX_INT8__) && defined(__AMX_BF16__)
/// As matrix products use the eight tiles: two by two sums, two factors on each side.
template <bool kBytes>
void tiles(benchmark::State& state) {
  constexpr int kRounds = 250;
  struct alignas(64) {
    uint8_t palette = 1, row = 0, none[14] = {};
    uint16_t bytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
    uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
  } shape;
  _tile_loadconfig(&shape);
  struct alignas(64) Tile {
    uint32_t words[256];
  };
  const Tile ones = filledWith<Tile>(kBytes ? 0x01010101 : 0x3f803f80);
  _tile_loadd(4, &ones, 64);
  _tile_loadd(5, &ones, 64);
  _tile_loadd(6, &ones, 64);
  _tile_loadd(7, &ones, 64);
  for ([[maybe_unused]] auto iteration : state)
    for (int round = 0; round < kRounds; ++round) {
      if constexpr (kBytes) {
        _tile_dpbusd(0, 4, 6);
        _tile_dpbusd(1, 4, 7);
        _tile_dpbusd(2, 5, 6);
        _tile_dpbusd(3, 5, 7);
      } else {
        _tile_dpbf16ps(0, 4, 6);
        _tile_dpbf16ps(1, 4, 7);
        _tile_dpbf16ps(2, 5, 6);
        _tile_dpbf16ps(3, 5, 7);
      }
    }
  _tile_release();
  state.counters["rate"] = rate(16.0 * 16 * (kBytes ? 64 : 32) * 2 * 4 * kRounds);
}

void addTiles() {
  constexpr long kAskForState = 0x1023, kTiles = 18;
  if (syscall(SYS_arch_prctl, kAskForState, kTiles) != 0) return;
  benchmark::RegisterBenchmark("bf16 AMX", tiles<false>)->UseRealTime();
  benchmark::RegisterBenchmark("int8 AMX", tiles<true>)->UseRealTime();
}
#else
void addTiles() {}
#endif

/// Zeros in huge pages; never given back: the program ends with them.
const Integers* zeros(size_t bytes) {
  constexpr size_t kHuge = size_t{2} << 20;
  const size_t whole = (bytes + kHuge - 1) / kHuge * kHuge;
  void* const memory = std::aligned_alloc(kHuge, whole);
  if (!memory) std::abort();
  madvise(memory, whole, MADV_HUGEPAGE);
  std::fill_n(static_cast<char*>(memory), whole, 0);
  return static_cast<const Integers*>(memory);
}

/// Small sets many times; large ones window by window, where the last repetition ended.
void readAll(benchmark::State& state, const Integers* from, size_t bytes) {
  constexpr size_t kWindow = size_t{8} << 20;
  static size_t window = 0;
  const size_t windows = std::max<size_t>(1, bytes / kWindow);
  const size_t vectors = bytes / windows / sizeof(Integers) / 8 * 8;
  const auto passes = static_cast<int>(std::max<size_t>(1, (size_t{1} << 20) / bytes));
  for ([[maybe_unused]] auto iteration : state) {
    const Integers* const start = from + (window++ % windows) * vectors;
    for (int pass = 0; pass < passes; ++pass)
      for (size_t at = 0; at < vectors; at += 8) {
#pragma GCC unroll 8
        for (size_t v = 0; v < 8; ++v) asm volatile("" ::"v"(start[at + v]));
      }
  }
  state.counters["rate"] = rate(static_cast<double>(vectors * sizeof(Integers)) * passes);
}

/// Takes the best of the repetitions.
class Best : public benchmark::BenchmarkReporter {
 public:
  double rate = 0;
  bool ReportContext(const Context&) override { return true; }
  void ReportRuns(const std::vector<Run>& runs) override {
    for (const Run& run : runs)
      if (run.run_type == Run::RT_Iteration) rate = std::max(rate, run.counters.at("rate").value);
  }
};

}  // namespace

void addBenchmarks() {
  benchmark::RegisterBenchmark("fp32", arithmetic<Fp32>)->UseRealTime();
#ifdef __AVX512BF16__
  benchmark::RegisterBenchmark("bf16", arithmetic<Bf16>)->UseRealTime();
#endif
#ifdef __AVX512VNNI__
  benchmark::RegisterBenchmark("int8", arithmetic<Int8>)->UseRealTime();
#endif
  addTiles();
  const auto l1 = static_cast<size_t>(std::max(sysconf(_SC_LEVEL1_DCACHE_SIZE), 32L << 10));
  const auto l3 = static_cast<size_t>(std::max(sysconf(_SC_LEVEL3_CACHE_SIZE), 8L << 20));
  const size_t most = std::clamp(4 * l3, size_t{64} << 20, size_t{512} << 20);
  const Integers* const memory = zeros(most);
  benchmark::RegisterBenchmark("L1 read", readAll, memory, l1 / 2)->UseRealTime();
  benchmark::RegisterBenchmark("DRAM read", readAll, memory, most)
      ->UseRealTime()
      ->MinTime(0.0003);  // one window
  // Runs as long as those of the other side, some 1.4 times the least: the best of shorter ones is better.
  std::string arguments[]{"peaks_bench", "--benchmark_min_time=0.0007", "--benchmark_repetitions=8"};
  char* texts[]{arguments[0].data(), arguments[1].data(), arguments[2].data(), nullptr};
  int count = 3;
  benchmark::Initialize(&count, texts);
}

double benchmarkRate(const std::string& name) {
  Best best;
  benchmark::RunSpecifiedBenchmarks(&best, nullptr, "^" + name + "(/|$)");  // settings stand behind a slash
  return best.rate;
}

}  // namespace peaks
