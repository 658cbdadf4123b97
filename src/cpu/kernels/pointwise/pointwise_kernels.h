// The steps of the vector interpreter: one operation over a run of floats.
#pragma once

#include <cstdint>

#include "base/cpu.h"

namespace ridge::cpu {

/// out[i] = op(a[i], b[i], c[i]) for i in [0, count); operands that the operation does not have are not read.
/// `out` may be one of the operands.
using PointwiseStepFn = void (*)(float* out, const float* a, const float* b, const float* c, int64_t count);

struct PointwiseKernels {
  Isa isa;
#define RIDGE_POINTWISE(op, sources, expression) PointwiseStepFn op;
#include "cpu/kernels/pointwise/kernels.inc"
#undef RIDGE_POINTWISE
};

const PointwiseKernels& pointwiseKernels(Isa isa);

}  // namespace ridge::cpu
