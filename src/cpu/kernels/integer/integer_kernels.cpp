#include "cpu/kernels/integer/integer_kernels.h"

namespace ridge::cpu {

namespace generic {
extern const IntegerKernels kIntegerKernels;
}
namespace avx2 {
extern const IntegerKernels kIntegerKernels;
}
namespace avx512 {
extern const IntegerKernels kIntegerKernels;
}

const IntegerKernels& integerKernels(Isa isa) {
  if (isa == Isa::avx512) return avx512::kIntegerKernels;
  return isa == Isa::avx2 ? avx2::kIntegerKernels : generic::kIntegerKernels;
}

}  // namespace ridge::cpu
