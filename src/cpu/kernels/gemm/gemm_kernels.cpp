#include "cpu/kernels/gemm/gemm_kernels.h"

namespace ridge::cpu {

namespace generic {
extern const GemmKernels kGemmKernels;
}
namespace avx2 {
extern const GemmKernels kGemmKernels;
}
namespace avx512 {
extern const GemmKernels kGemmKernels;
}

const GemmKernels& gemmKernels(Isa isa) {
  if (isa == Isa::avx512) return avx512::kGemmKernels;
  return isa == Isa::avx2 ? avx2::kGemmKernels : generic::kGemmKernels;
}

}  // namespace ridge::cpu
