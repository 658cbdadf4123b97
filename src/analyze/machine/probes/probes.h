// Loops that keep one unit of a core busy and nothing else: multiply-adds on registers, words of memory.
#pragma once

#include <cstdint>

#include "analyze/precision.h"
#include "base/cpu.h"

namespace ridge::analyze {

/// Independent chains of dependent multiply-adds, enough of them to hide the latency of two units. Every lane
/// of chain c starts at c and gains products() in every round, so that the sum says what has been computed.
struct ArithmeticProbe {
  /// Sum of all lanes of all chains; `one` is 1, which the compiler must not know. Lanes of floats count
  /// exactly up to 2^24, those of integers wrap around.
  double (*run)(int64_t rounds, int one) = nullptr;
  int chains = 0, lanes = 0;
  int operations = 0;  ///< of one lane in one round; a multiply-add is two
  int products() const { return operations / 2; }
  double operationsPerRound() const { return double(chains) * lanes * operations; }
};

/// Words that a memory loop takes at once: `count` below is a multiple of it, addresses are 64-byte aligned.
inline constexpr int64_t kMemoryUnit = 128;

/// The loops of one instruction set.
struct ArithmeticProbes {
  ArithmeticProbe fp32;
  ArithmeticProbe int8;     ///< by the instructions that come with the set
  ArithmeticProbe int8Dot;  ///< by a dot product instruction; no `run` where the set knows none
  ArithmeticProbe bf16;     ///< no `run` where the set knows none
};

struct MemoryProbes {
  /// Loads every word in every pass. The sum of those that it loaded last, 8 vectors, modulo 2^32.
  uint32_t (*read)(const uint32_t* words, int64_t count, int64_t passes);
  /// Pass p (from 1 on) fills the words with p.
  void (*write)(uint32_t* words, int64_t count, int64_t passes);
  void (*copy)(uint32_t* to, const uint32_t* from, int64_t count, int64_t passes);
};

/// Only to be run where detectedIsa() is at least `isa`.
const ArithmeticProbes& arithmeticProbes(Isa isa);
const MemoryProbes& memoryProbes(Isa isa);

/// What this CPU has for the precision when it is limited to `isa`; null when it has nothing.
const ArithmeticProbe* arithmeticProbe(Isa isa, Precision precision);

/// Products of tiles (AMX), for int8 and bf16; null where the CPU has none or the system does not grant them,
/// which it is asked once. Lanes are those of all rows of a tile. Belongs to no instruction set: it is for
/// the caller to leave it out below Isa::avx512.
const ArithmeticProbe* tileProbe(Precision precision);
inline constexpr int kTileRowBytes = 64;  ///< of the factors: that many channels of a byte each are one step

/// Additions, each of which needs the one before: a cycle each on every x86-64 CPU. Returns `start` plus
/// `count` times `one`; count is a multiple of 16.
uint64_t addChain(uint64_t start, int64_t count, uint64_t one);

}  // namespace ridge::analyze
