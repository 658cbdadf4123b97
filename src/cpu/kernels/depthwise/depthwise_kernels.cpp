#include "cpu/kernels/depthwise/depthwise_kernels.h"

namespace ridge::cpu {

namespace generic {
extern const DepthwiseKernels kDepthwiseKernels;
}
namespace avx2 {
extern const DepthwiseKernels kDepthwiseKernels;
}
namespace avx512 {
extern const DepthwiseKernels kDepthwiseKernels;
}

const DepthwiseKernels& depthwiseKernels(Isa isa) {
  if (isa == Isa::avx512) return avx512::kDepthwiseKernels;
  return isa == Isa::avx2 ? avx2::kDepthwiseKernels : generic::kDepthwiseKernels;
}

const DepthwiseFamily& DepthwiseKernels::choose(int64_t kernel, int64_t stride, int64_t dilation,
                                                int64_t multiplier) const {
  const DepthwiseFamily* chosen = nullptr;
  for (int i = 0; i < count; ++i) {
    const DepthwiseFamily& candidate = family[i];
    if (candidate.repeated != (multiplier > 1)) continue;
    if (candidate.kernel == kernel && candidate.stride == stride && dilation == 1) return candidate;
    if (candidate.kernel == 1 && candidate.stride == 1) chosen = &candidate;
  }
  return *chosen;
}

}  // namespace ridge::cpu
