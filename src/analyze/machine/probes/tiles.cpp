// Peaks of the tile unit (AMX), whose products are of tiles of 16 rows of 64 bytes. Its instructions are
// named in assembly: the compiler knows nothing of tile registers, so they live within one function.
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <bit>
#include <type_traits>
#include <utility>

#include "analyze/machine/probes/probes.h"

namespace ridge::analyze {
namespace {

constexpr int kTiles = 8, kRows = 16, kRowBytes = kTileRowBytes;
/// A product starts every 16 cycles and takes some 52: at least 4. The other two tiles hold the factors.
constexpr int kSums = 6;

/// One tile in memory: a row of words after the other.
struct alignas(64) Tile {
  uint32_t words[kRows * kRowBytes / 4];
};

/// The operand of ldtilecfg: all tiles as large as they can be.
struct alignas(64) Configuration {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t rowBytes[16] = {};
  uint8_t rows[16] = {};

  Configuration() {
    std::fill_n(rowBytes, kTiles, uint16_t{kRowBytes});
    std::fill_n(rows, kTiles, uint8_t{kRows});
  }
};
static_assert(sizeof(Configuration) == 64);

/// Tile registers are configured for each thread. Other programs switch faster when they are given back.
class Configured {
 public:
  Configured() {
    const Configuration configuration;
    asm volatile("ldtilecfg %0" ::"m"(configuration));
  }
  ~Configured() { asm volatile("tilerelease"); }
  Configured(const Configured&) = delete;
  Configured& operator=(const Configured&) = delete;
};

template <int kRegister>
void load(const Tile& tile) {
  asm volatile("tileloadd (%0,%1,1), %%tmm%c2" ::"r"(tile.words), "r"(int64_t{kRowBytes}), "i"(kRegister)
               : "memory");
}

template <int kRegister>
void store(Tile& tile) {
  asm volatile("tilestored %%tmm%c2, (%0,%1,1)" ::"r"(tile.words), "r"(int64_t{kRowBytes}), "i"(kRegister)
               : "memory");
}

/// Calls fn with each tile register of a sum, as a constant.
template <class Fn, int... kRegisters>
void eachSum(const Fn& fn, std::integer_sequence<int, kRegisters...>) {
  (fn(std::integral_constant<int, kRegisters>()), ...);
}
template <class Fn>
void eachSum(const Fn& fn) {
  eachSum(fn, std::make_integer_sequence<int, kSums>());
}

/// Unsigned bytes by signed ones, into whole numbers of 32 bits.
struct TileBytes {
  static constexpr int kProducts = kRowBytes;
  static uint32_t factors(int value) { return 0x01010101U * static_cast<uint32_t>(value); }
  static uint32_t start(int chain) { return static_cast<uint32_t>(chain); }
  static double number(uint32_t word) { return word; }
  template <int kSum>
  static void add() {
    asm volatile("tdpbusd %%tmm7, %%tmm6, %%tmm%c0" ::"i"(kSum));
  }
};

/// Pairs of bf16 into float32.
struct TileBf16 {
  static constexpr int kProducts = kRowBytes / 2;
  static uint32_t factors(int value) {
    return 0x00010001U * (std::bit_cast<uint32_t>(static_cast<float>(value)) >> 16);
  }
  static uint32_t start(int chain) { return std::bit_cast<uint32_t>(static_cast<float>(chain)); }
  static double number(uint32_t word) { return std::bit_cast<float>(word); }
  template <int kSum>
  static void add() {
    asm volatile("tdpbf16ps %%tmm7, %%tmm6, %%tmm%c0" ::"i"(kSum));
  }
};

template <class Kind>
double run(int64_t rounds, int one) {
  static_assert(kSums + 2 == kTiles, "the last two tiles hold the factors");
  const Configured configured;
  Tile tile;
  std::fill_n(tile.words, std::size(tile.words), Kind::factors(one));
  load<kTiles - 2>(tile);
  load<kTiles - 1>(tile);
  eachSum([&](auto sum) {
    std::fill_n(tile.words, std::size(tile.words), Kind::start(sum));
    load<sum>(tile);
  });
  for (int64_t round = 0; round < rounds; ++round) eachSum([](auto sum) { Kind::template add<sum>(); });
  double total = 0;
  eachSum([&](auto sum) {
    store<sum>(tile);
    for (const uint32_t word : tile.words) total += Kind::number(word);
  });
  return total;
}

template <class Kind>
inline constexpr ArithmeticProbe kProbe{run<Kind>, kSums, kRows* kRowBytes / 4, 2 * Kind::kProducts};

bool bit(unsigned value, int position) {
  return ((value >> position) & 1U) != 0;
}

/// The tiles are those that the loops are written for, and the system saves them when it switches threads.
bool cpuHasTiles() {
  unsigned a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !bit(c, 27)) return false;
  unsigned saved = 0, high = 0;
  asm volatile("xgetbv" : "=a"(saved), "=d"(high) : "c"(0));
  if (!bit(saved, 17) || !bit(saved, 18)) return false;
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !bit(d, 24)) return false;
  if (!__get_cpuid_count(0x1d, 1, &a, &b, &c, &d)) return false;
  return (b & 0xffffU) == kRowBytes && b >> 16 >= kTiles && (c & 0xffffU) >= kRows;
}

/// Programs have to ask the system for tiles; it may say no, and systems before Linux 5.16 do not know the
/// question.
bool tilesGranted() {
  constexpr long kAskFor = 0x1023, kTileData = 18;
  return syscall(SYS_arch_prctl, kAskFor, kTileData) == 0;
}

}  // namespace

const ArithmeticProbe* tileProbe(Precision precision) {
  if (precision != Precision::int8 && precision != Precision::bf16) return nullptr;
  static const bool usable = cpuHasTiles() && tilesGranted();
  if (!usable) return nullptr;
  unsigned a = 0, b = 0, c = 0, d = 0;
  __get_cpuid_count(7, 0, &a, &b, &c, &d);
  if (precision == Precision::int8) return bit(d, 25) ? &kProbe<TileBytes> : nullptr;
  return bit(d, 22) ? &kProbe<TileBf16> : nullptr;
}

}  // namespace ridge::analyze
