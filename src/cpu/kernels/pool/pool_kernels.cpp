#include "cpu/kernels/pool/pool_kernels.h"

namespace ridge::cpu {

namespace generic {
extern const PoolKernels kPoolKernels;
}
namespace avx2 {
extern const PoolKernels kPoolKernels;
}
namespace avx512 {
extern const PoolKernels kPoolKernels;
}

const PoolKernels& poolKernels(Isa isa) {
  if (isa == Isa::avx512) return avx512::kPoolKernels;
  return isa == Isa::avx2 ? avx2::kPoolKernels : generic::kPoolKernels;
}

}  // namespace ridge::cpu
