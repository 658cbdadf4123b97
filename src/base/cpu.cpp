#include "base/cpu.h"

#include <cpuid.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "base/cpu_limits.h"
#include "base/error.h"
#include "base/text.h"

namespace ridge {
namespace {

struct Registers {
  unsigned a = 0, b = 0, c = 0, d = 0;
};

Registers cpuid(unsigned leaf, unsigned subleaf = 0) {
  Registers result;
  if (!__get_cpuid_count(leaf, subleaf, &result.a, &result.b, &result.c, &result.d)) return {};
  return result;
}

bool bit(unsigned value, int position) {
  return (value >> position) & 1u;
}

// Register state that the operating system saves; the CPU's own flags say nothing of that.
unsigned savedState() {
  if (!bit(cpuid(1).c, 27)) return 0;
  unsigned low = 0, high = 0;
  asm volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return low;
}

Isa detect() {
  constexpr unsigned kYmm = 0x06, kZmm = 0xe6;
  const unsigned state = savedState();
  const Registers basic = cpuid(1), extended = cpuid(7);
  const bool avx2 = bit(basic.c, 12) && bit(basic.c, 28) && bit(basic.c, 29) && bit(extended.b, 5);
  if (!avx2 || (state & kYmm) != kYmm) return Isa::generic;
  const bool avx512 =
      bit(extended.b, 16) && bit(extended.b, 17) && bit(extended.b, 30) && bit(extended.b, 31);
  return avx512 && (state & kZmm) == kZmm ? Isa::avx512 : Isa::avx2;
}

std::string brand() {
  if (cpuid(0x80000000u).a < 0x80000004u) return "unknown CPU";
  char text[49] = {};
  for (unsigned part = 0; part < 3; ++part) {
    const Registers words = cpuid(0x80000002u + part);
    std::memcpy(text + 16 * part, &words, sizeof(words));
  }
  std::string result;
  for (const char letter : std::string_view(text))
    if (letter != ' ' || (!result.empty() && result.back() != ' ')) result += letter;
  while (result.ends_with(' ')) result.pop_back();
  return result.empty() ? "unknown CPU" : escaped(result);
}

void noteCacheSize(int name, long& size) {
  if (const long bytes = sysconf(name); bytes > 0) size = bytes;
}

CpuInfo collect() {
  CpuInfo info;
  info.model = brand();
  const std::vector<int> cpus = allowedCpus();
  info.logicalCores = static_cast<int>(cpus.size());
  info.physicalCores = countPhysicalCores(cpus, "/sys/devices/system/cpu");
  noteCacheSize(_SC_LEVEL1_DCACHE_SIZE, info.l1Bytes);
  noteCacheSize(_SC_LEVEL2_CACHE_SIZE, info.l2Bytes);
  noteCacheSize(_SC_LEVEL3_CACHE_SIZE, info.l3Bytes);
  if (detectedIsa() >= Isa::avx2) info.avxvnni = cpuid(7).a >= 1 && bit(cpuid(7, 1).a, 4);
  if (detectedIsa() == Isa::avx512) {
    info.avx512vnni = bit(cpuid(7).c, 11);
    info.avx512bf16 = cpuid(7).a >= 1 && bit(cpuid(7, 1).a, 5);
  }
  return info;
}

}  // namespace

std::string_view name(Isa isa) {
  return isa == Isa::generic ? "generic" : isa == Isa::avx2 ? "avx2" : "avx512";
}

std::optional<Isa> isaFromName(std::string_view name) {
  for (const Isa isa : {Isa::generic, Isa::avx2, Isa::avx512})
    if (ridge::name(isa) == name) return isa;
  return std::nullopt;
}

Isa detectedIsa() {
  static const Isa isa = detect();
  return isa;
}

Isa activeIsa() {
  const char* const cap = std::getenv("RIDGE_ISA");
  if (!cap || !*cap) return detectedIsa();
  const std::optional<Isa> isa = isaFromName(cap);
  if (!isa)
    failUsage(fmt::format("unknown instruction set {}", inQuotes(cap)), "RIDGE_ISA",
              "use generic, avx2 or avx512");
  return std::min(*isa, detectedIsa());
}

const CpuInfo& cpuInfo() {
  static const CpuInfo info = collect();
  return info;
}

}  // namespace ridge
