#include "cpu/kernels/reduce/reduce_kernels.h"

namespace ridge::cpu {

namespace generic {
extern const ReduceKernels kReduceKernels;
}
namespace avx2 {
extern const ReduceKernels kReduceKernels;
}
namespace avx512 {
extern const ReduceKernels kReduceKernels;
}

const ReduceKernels& reduceKernels(Isa isa) {
  if (isa == Isa::avx512) return avx512::kReduceKernels;
  return isa == Isa::avx2 ? avx2::kReduceKernels : generic::kReduceKernels;
}

}  // namespace ridge::cpu
