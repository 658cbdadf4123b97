#include "analyze/machine/probes/probes.h"

namespace ridge::analyze {

namespace generic {
extern const ArithmeticProbes kArithmeticProbes;
extern const MemoryProbes kMemoryProbes;
}  // namespace generic
namespace avx2 {
extern const ArithmeticProbes kArithmeticProbes;
extern const MemoryProbes kMemoryProbes;
}  // namespace avx2
namespace avx512 {
extern const ArithmeticProbes kArithmeticProbes;
extern const MemoryProbes kMemoryProbes;
}  // namespace avx512

const ArithmeticProbes& arithmeticProbes(Isa isa) {
  if (isa == Isa::avx512) return avx512::kArithmeticProbes;
  return isa == Isa::avx2 ? avx2::kArithmeticProbes : generic::kArithmeticProbes;
}

const MemoryProbes& memoryProbes(Isa isa) {
  if (isa == Isa::avx512) return avx512::kMemoryProbes;
  return isa == Isa::avx2 ? avx2::kMemoryProbes : generic::kMemoryProbes;
}

const ArithmeticProbe* arithmeticProbe(Isa isa, Precision precision) {
  if (isa > detectedIsa()) return nullptr;
  const CpuInfo& cpu = cpuInfo();
  const ArithmeticProbes& known = arithmeticProbes(isa);
  if (precision == Precision::fp32) return &known.fp32;
  if (precision == Precision::bf16) return isa == Isa::avx512 && cpu.avx512bf16 ? &known.bf16 : nullptr;
  if (precision != Precision::int8) return nullptr;
  const bool dot = (isa == Isa::avx512 && cpu.avx512vnni) || (isa == Isa::avx2 && cpu.avxvnni);
  return dot ? &known.int8Dot : &known.int8;
}

uint64_t addChain(uint64_t start, int64_t count, uint64_t one) {
  // A register, not a constant: newer cores add small constants while they rename registers, several a cycle.
  for (int64_t at = 0; at < count; at += 16)
    asm volatile(
        "add %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\t"
        "add %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\t"
        "add %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\t"
        "add %1, %0\n\tadd %1, %0\n\tadd %1, %0\n\tadd %1, %0"
        : "+r"(start)
        : "r"(one));
  return start;
}

}  // namespace ridge::analyze
