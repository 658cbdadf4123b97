// What the checks of kernels share: reproducible inputs and a comparison that says where it failed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cpu.h"

namespace ridge::cpu {

inline constexpr Isa kAllIsas[] = {Isa::generic, Isa::avx2, Isa::avx512};

/// Uniform in [low, high), the same on every machine.
std::vector<float> randomFloats(int64_t count, uint32_t seed, float low = -1.0f, float high = 1.0f);

/// Empty when every |got - want| is at most `tolerance` (or both are NaN or the same infinity); else a
/// sentence.
std::string difference(std::string_view what, std::span<const float> got, std::span<const double> want,
                       double tolerance);

/// Empty when the bits are equal or both are NaN; else a sentence.
std::string bitDifference(std::string_view what, std::span<const float> got, std::span<const float> want);

}  // namespace ridge::cpu
