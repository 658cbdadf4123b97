// What this machine really does: peaks of arithmetic, bandwidth of every level of memory, overheads.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyze/precision.h"
#include "base/cpu.h"
#include "base/progress.h"

namespace ridge::analyze {

/// Best and median of several runs of one probe; the spread tells whether the machine was quiet.
struct Sample {
  double best = 0, median = 0;
  double spread() const { return best > 0 ? 1 - median / best : 0; }  ///< 0: every run the same
};

/// Of loops on registers that do nothing else (docs/measure.md). An instruction set without bf16 has no such
/// entry.
struct MeasuredPeak {
  Isa isa = Isa::generic;
  Precision precision = Precision::fp32;
  int threads = 1;
  Sample opsPerS = {};  ///< a multiply-add is two operations
  /// By products of tiles (AMX), which are counted to Isa::avx512; else by vectors.
  bool matrixUnits = false;
};

/// By ordinary loads and stores; bytes are those that the program reads and writes, a copy's are both. What
/// the caches move besides (a line is read before it is written) is not counted.
enum class Traffic : uint8_t { read, write, copy };
std::string_view name(Traffic traffic);
std::optional<Traffic> trafficFromName(std::string_view name);

struct MeasuredBandwidth {
  std::string level;  ///< "L1", "L2", "L3", "DRAM"
  Traffic traffic = Traffic::read;
  int threads = 1;
  Sample bytesPerS;
};

struct MeasuredMachine {
  std::string cpu, date;   ///< CpuInfo::model; "2026-11-21"
  Isa isa = Isa::generic;  ///< activeIsa(): the peaks are of this one and those below, bandwidths by this one
  int threads = 1;         ///< "all" of the entries above
  bool quick = false;      ///< only what a roofline needs, by short runs
  std::vector<MeasuredPeak> peaks;
  std::vector<MeasuredBandwidth> bandwidths;
  double forkJoinSeconds = 0;  ///< an empty parallel section of all threads; 0: not measured (quick)
  double stepSeconds = 0;      ///< a step of a plan that rectifies one number; 0: not measured
  double clockHz = 0;          ///< of a core at work: dependent additions in a second
  bool quiet = true;           ///< spreads were small and nobody else used the cores
  std::string whyNotQuiet;     ///< "other programs used 0.8 cores"

  /// Of vectors; null when there is none.
  const MeasuredPeak* peak(Isa isa, Precision precision, int threads) const;
  /// Of tiles.
  const MeasuredPeak* matrixPeak(Precision precision, int threads) const;
  const MeasuredBandwidth* bandwidth(std::string_view level, Traffic traffic, int threads) const;
};

struct MeasureOptions {
  int threads = 1;  ///< the pool is set to as many while it measures
  bool quick = false;
  ProgressSink progress = {};
};

/// Takes some 12 seconds, quick 0.4. Not while plans run. DRAM is left out when there is no memory for it.
/// Error{interrupted} after Ctrl-C.
MeasuredMachine measureMachine(const MeasureOptions& options);

/// Raised whenever the probes change, so that old figures are not believed.
inline constexpr int kProbeRevision = 2;

/// The measurements of this machine (CPU model and caches, activeIsa(), threads, revision of the probes) that
/// were stored; nothing when there are none or they cannot be read. A full one serves where a quick one is
/// asked.
std::optional<MeasuredMachine> storedMeasurement(int threads);
/// Stores it in $XDG_CACHE_HOME/ridge/machine.json, else under ~/.cache/ridge. It replaces the one of the
/// same machine, unless that is worth more: a full one more than a quick one, then a quiet one more. A
/// sentence when it was not stored, or when the file was damaged and had to be begun anew.
std::string storeMeasurement(const MeasuredMachine& machine);

}  // namespace ridge::analyze
