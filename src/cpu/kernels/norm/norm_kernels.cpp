#include "cpu/kernels/norm/norm_kernels.h"

namespace ridge::cpu {

namespace generic {
extern const NormKernels kNormKernels;
}
namespace avx2 {
extern const NormKernels kNormKernels;
}
namespace avx512 {
extern const NormKernels kNormKernels;
}

const NormKernels& normKernels(Isa isa) {
  if (isa == Isa::avx512) return avx512::kNormKernels;
  return isa == Isa::avx2 ? avx2::kNormKernels : generic::kNormKernels;
}

}  // namespace ridge::cpu
