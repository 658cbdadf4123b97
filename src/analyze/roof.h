// The two limits of a machine that a layer is held against: arithmetic and memory.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "analyze/precision.h"

namespace ridge::analyze {

/// A cache, and what it delivers.
struct MemoryLevel {
  std::string name = {};          ///< "L1", "L2", "L3"
  double capacityBytes = 0;       ///< of all threads together
  double bandwidthBytesPerS = 0;  ///< to all threads together
};

struct Roof {
  std::string target = {};  ///< "RTX 3080", "this machine: AMD EPYC 9005, 2 threads"
  std::string source = {};  ///< where the figures are from: "measured 2026-11-21", "published", "by formula"
  Precision precision = Precision::fp32;
  bool matrixUnits = false;              ///< the peak is that of tensor cores (or AMX)
  int channelMultiple = 1;               ///< channels that the unit takes at once: others are padded
  double peakOpsPerS = 0;                ///< a multiply-add is two operations
  double bandwidthBytesPerS = 0;         ///< main memory
  std::vector<MemoryLevel> caches = {};  ///< innermost first; empty when they were not measured
  double launchSeconds = 0;              ///< least time of a kernel that does nothing; 0: not known
  /// Operations per byte from which on arithmetic is the limit.
  double ridgePoint() const { return bandwidthBytesPerS > 0 ? peakOpsPerS / bandwidthBytesPerS : 0; }
};

/// What is said of a machine, and what was measured on it (this machine only).
struct Roofs {
  Roof nominal;
  std::optional<Roof> measured;
  const Roof& best() const { return measured ? *measured : nominal; }
};

struct RoofRequest {
  std::string target = {};  ///< a device of the table, or "": this machine
  Precision precision = Precision::fp32;
  int threads = 1;      ///< of this machine
  bool measure = true;  ///< this machine: take cached measurements, else measure quickly (under 0.5 s)
  std::string deviceFile = {};  ///< more devices, by the user; "" for none
};

/// Error{usage} for an unknown device, with the nearest names, and for a precision that it has no peak for;
/// Error{input} for a broken device file.
Roofs roofsOf(const RoofRequest& request);

}  // namespace ridge::analyze
