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

struct MeasuredPeak {
  Isa isa = Isa::generic;
  Precision precision = Precision::fp32;
  int threads = 1;
  Sample opsPerS;  ///< a multiply-add is two operations
};

enum class Traffic : uint8_t { read, write, copy };  ///< bytes of a copy: read plus written
std::string_view name(Traffic traffic);

struct MeasuredBandwidth {
  std::string level;  ///< "L1", "L2", "L3", "DRAM"
  Traffic traffic = Traffic::read;
  int threads = 1;
  Sample bytesPerS;
};

struct MeasuredMachine {
  std::string cpu, date;  ///< CpuInfo::model; "2026-11-21"
  int threads = 1;        ///< "all" of the entries above
  bool quick = false;     ///< only what a roofline needs, by short runs
  std::vector<MeasuredPeak> peaks;
  std::vector<MeasuredBandwidth> bandwidths;
  double forkJoinSeconds = 0;  ///< an empty parallel section of all threads
  double stepSeconds = 0;      ///< an empty step of a plan
  bool quiet = true;           ///< spreads were small and nobody else used the cores
};

struct MeasureOptions {
  int threads = 1;
  bool quick = false;
  ProgressSink progress = {};
};

MeasuredMachine measureMachine(const MeasureOptions& options);

/// The measurements of this machine (CPU model, instruction set, threads, revision of the probes) that were
/// stored; nothing when there are none or they cannot be read. A full one serves where a quick one is asked.
std::optional<MeasuredMachine> storedMeasurement(int threads);
/// Stores it in $XDG_CACHE_HOME/ridge, else ~/.cache/ridge; a sentence when it could not.
std::string storeMeasurement(const MeasuredMachine& machine);

}  // namespace ridge::analyze
