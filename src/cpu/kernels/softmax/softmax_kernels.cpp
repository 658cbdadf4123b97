#include "cpu/kernels/softmax/softmax_kernels.h"

namespace ridge::cpu {

namespace generic {
extern const SoftmaxKernels kSoftmaxKernels;
}
namespace avx2 {
extern const SoftmaxKernels kSoftmaxKernels;
}
namespace avx512 {
extern const SoftmaxKernels kSoftmaxKernels;
}

const SoftmaxKernels& softmaxKernels(Isa isa) {
  if (isa == Isa::avx512) return avx512::kSoftmaxKernels;
  return isa == Isa::avx2 ? avx2::kSoftmaxKernels : generic::kSoftmaxKernels;
}

}  // namespace ridge::cpu
