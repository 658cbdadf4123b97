// Picks the vocabulary of the instruction set that a probe is compiled for; as src/cpu/simd/vec.h, whose
// rules hold here too: no templates or inline functions of std.
#pragma once

#include RIDGE_WORDS_HEADER

#define RIDGE_PROBE_NAMESPACE ridge::analyze::RIDGE_ISA
