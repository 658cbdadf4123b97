#include "cpu/kernels/kernel_list.h"

namespace ridge::cpu {

std::span<const KernelInfo> allKernels() {
  static const KernelList list = [] {
    KernelList kernels;
    listGemmKernels(kernels);
    listDepthwiseKernels(kernels);
    listIntegerKernels(kernels);
    listPoolKernels(kernels);
    listPointwiseKernels(kernels);
    listNormKernels(kernels);
    listReduceKernels(kernels);
    listSoftmaxKernels(kernels);
    return kernels;
  }();
  return list;
}

bool runsHere(const KernelInfo& kernel) {
  return kernel.isa <= detectedIsa();
}

std::string checkKernel(const KernelInfo& kernel) {
  if (!runsHere(kernel)) return "this machine lacks the instructions";
  return kernel.check();
}

}  // namespace ridge::cpu
