// What this CPU can do. Detected once.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ridge {

/// Levels for which kernels are compiled; each includes the ones before it.
enum class Isa {
  generic,  ///< any 64-bit x86 (SSE2)
  avx2,     ///< AVX2, FMA, F16C
  avx512    ///< AVX-512 F, BW, DQ, VL
};
std::string_view name(Isa isa);
std::optional<Isa> isaFromName(std::string_view name);

Isa detectedIsa();
/// The detected level, capped by RIDGE_ISA. An unknown RIDGE_ISA is Error{usage}.
Isa activeIsa();

struct CpuInfo {
  std::string model;                                              ///< "Intel(R) Xeon(R) Processor"
  int logicalCores = 1;                                           ///< in the affinity mask
  int physicalCores = 1;                                          ///< in the affinity mask
  long l1Bytes = 32 << 10, l2Bytes = 1 << 20, l3Bytes = 8 << 20;  ///< data caches; L1 and L2 of one core
  bool avx512vnni = false, avx512bf16 = false;
  bool avxvnni = false;  ///< the dot product of bytes for 256 bits
};
const CpuInfo& cpuInfo();

}  // namespace ridge
