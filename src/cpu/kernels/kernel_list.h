// Every kernel that is compiled in, for listing and checking. The lines stand in <family>/kernels.inc.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/cpu.h"

namespace ridge::cpu {

struct KernelInfo {
  std::string name;         ///< "gemm_f32_6x64"; unique together with `isa`
  std::string_view family;  ///< "gemm"
  Isa isa;
  std::string tile;  ///< what one call computes, for people
  /// Compares the kernel with a slow scalar computation on seeded random inputs; a sentence, empty when
  /// right.
  std::function<std::string()> check;
};

/// By family, then by instruction set, in the order of kernels.inc.
std::span<const KernelInfo> allKernels();

/// This machine has the instructions (whatever RIDGE_ISA says).
bool runsHere(const KernelInfo& kernel);

/// Runs kernel.check; refuses, with a sentence, a kernel that does not run here.
std::string checkKernel(const KernelInfo& kernel);

using KernelList = std::vector<KernelInfo>;
void listGemmKernels(KernelList& list);
void listDepthwiseKernels(KernelList& list);
void listIntegerKernels(KernelList& list);
void listPoolKernels(KernelList& list);
void listPointwiseKernels(KernelList& list);
void listReduceKernels(KernelList& list);
void listNormKernels(KernelList& list);
void listSoftmaxKernels(KernelList& list);

}  // namespace ridge::cpu
