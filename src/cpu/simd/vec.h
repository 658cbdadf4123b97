// Picks the vector vocabulary of the instruction set that this source is compiled for.
//
// Every kernel source is compiled once per instruction set, with RIDGE_ISA (generic, avx2, avx512) as
// namespace and RIDGE_VEC_HEADER as vocabulary. Such sources must not use templates or inline functions of
// std: the linker keeps one copy of those, perhaps one with instructions that this machine lacks.
#pragma once

#include RIDGE_VEC_HEADER

#define RIDGE_ISA_NAMESPACE ridge::cpu::RIDGE_ISA

namespace RIDGE_ISA_NAMESPACE {

/// Of the best so far and the next; a NaN is taken, and stays.
inline Vec greatest(Vec best, Vec next) {
  return select(equal(best, best), max(best, next), best);
}
inline Vec least(Vec best, Vec next) {
  return select(equal(best, best), min(best, next), best);
}

}  // namespace RIDGE_ISA_NAMESPACE
