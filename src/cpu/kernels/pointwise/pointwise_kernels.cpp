#include "cpu/kernels/pointwise/pointwise_kernels.h"

namespace ridge::cpu {

namespace generic {
extern const PointwiseKernels kPointwiseKernels;
}
namespace avx2 {
extern const PointwiseKernels kPointwiseKernels;
}
namespace avx512 {
extern const PointwiseKernels kPointwiseKernels;
}

const PointwiseKernels& pointwiseKernels(Isa isa) {
  if (isa == Isa::avx512) return avx512::kPointwiseKernels;
  return isa == Isa::avx2 ? avx2::kPointwiseKernels : generic::kPointwiseKernels;
}

}  // namespace ridge::cpu
