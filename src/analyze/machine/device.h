// A device as data: clocks, cores, units per core and precision, memory. Its peaks follow by formula.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/precision.h"

namespace ridge::analyze {

enum class DeviceKind : uint8_t { cpu, gpu };
std::string_view name(DeviceKind kind);

/// A block of a matrix product C(m x n) += A(m x k) B(k x n): what a unit multiplies in a cycle, or by an
/// instruction.
struct Block {
  int64_t m = 1, n = 1, k = 1;
  int64_t multiplyAdds() const { return m * n * k; }
  bool operator==(const Block&) const = default;
};

/// What the units of one core (or SM) do in one precision.
struct UnitRate {
  Precision precision = Precision::fp32;
  int64_t units = 1;                 ///< per core
  Block cycle;                       ///< of one unit, every cycle
  std::optional<Block> instruction;  ///< what programs ask of it: shapes are padded to this
  int64_t together = 1;              ///< units that work on one instruction
  bool sparse = false;               ///< twice the depth k in the same time with 2:4 weights
};

struct UnitKind {
  std::string name;    ///< "CUDA core", "tensor core", "FMA unit", "AMX unit"
  int alignBytes = 0;  ///< rows of operands are padded to multiples of this; 0: of nothing
  std::vector<UnitRate> rates;

  const UnitRate* rate(Precision precision) const;  ///< null: it cannot
};

/// What all devices of one architecture share.
struct Generation {
  std::string key, title, vendor;  ///< "ampere_ga100", "Ampere (GA100)", "NVIDIA"
  DeviceKind kind = DeviceKind::gpu;
  std::string core;         ///< what a device has many of: "SM", "core"
  UnitKind vector, matrix;  ///< no rates: it has no such units
  std::vector<std::string> traps;
};

struct Memory {
  std::string type;       ///< "HBM2e", "DDR5-4800"
  double clockHz = 0;     ///< 0: no formula is known
  double perClock = 1;    ///< transfers in a clock; the clock may be the transfer rate itself
  double bytes = 0;       ///< per transfer
  double channels = 1;    ///< each as wide
  double published = 0;   ///< bytes per second; 0: none
  double measured = 0;    ///< by us, on this machine; 0: not measured
  std::string measuring;  ///< "measured 2026-11-21, 2 threads"
  std::string deviation;  ///< why formula and published figure differ by over 2 %
};

/// A vendor's own figure.
struct Published {
  Precision precision = Precision::fp32;
  bool matrix = false, sparse = false;
  double opsPerS = 0;
  std::string deviation;  ///< why the formula gives something else
};

/// What somebody measured on such a device.
struct FieldMeasurement {
  std::string what, date;  ///< "fp16 GEMM 8192", "2026-11-20"
  double value = 0;        ///< operations or bytes per second
  std::string unit;        ///< "TFLOPS", "TOPS", "GB/s"
};

struct Device {
  std::string name;
  std::vector<std::string> aliases;
  std::shared_ptr<const Generation> generation;
  int64_t cores = 0;         ///< or SMs; 0: not known, no peaks by formula
  double clockHz = 0;        ///< boost of GPUs, base of CPUs; 0: not known
  double matrixClockHz = 0;  ///< of the matrix units where it differs, else 0
  Memory memory;
  std::vector<Published> published;
  bool publishedFirst = false;  ///< the published figures are the peaks, formulas only stand beside them
  std::vector<FieldMeasurement> measured;
  std::vector<std::string> traps;  ///< those of the generation too
  std::string source, file;        ///< the vendor's document; the file that it was read from
};

struct Peak {
  Precision precision = Precision::fp32;
  bool matrix = false, sparse = false;
  double opsPerS = 0;
  double formula = 0;       ///< operations per second by formula; 0: none is known
  std::string terms;        ///< "1.41 GHz x 108 SM x 4 tensor cores x 256 FMA x 2 = 311.9 TFLOPS"; or ""
  double published = 0;     ///< 0: none
  std::string deviation;    ///< of the two
  int channelMultiple = 1;  ///< channels are padded to multiples of this
  bool byFormula() const { return opsPerS == formula; }
};

/// Vector units first, then matrix units dense, then 2:4; in the order of kPrecisions.
std::vector<Peak> peaksOf(const Device& device);

/// That of the matrix units where they can, else of the vector units; dense.
std::optional<Peak> usualPeak(const Device& device, Precision precision);

/// Measured where neither a formula nor the vendor knows it.
struct Bandwidth {
  double bytesPerS = 0;  ///< 0: not known
  double formula = 0;
  std::string terms;  ///< "2666 MT/s x 8 bytes x 6 channels = 127.968 GB/s"; or ""
  double published = 0;
  std::string measuring;  ///< how it was measured; "" for one that was not
  std::string deviation;
};
Bandwidth bandwidthOf(const Device& device);

/// "19.5 TFLOPS", "623.7 TOPS", "768 GFLOPS": `digits` significant ones.
std::string formatOps(double opsPerS, Precision precision, int digits = 4);
/// "TFLOPS" or "TOPS".
std::string_view teraUnit(Precision precision);

}  // namespace ridge::analyze
