#include "cpu/kernels/kernel_list.h"

#include <gtest/gtest.h>

#include <set>

namespace ridge::cpu {
namespace {

TEST(KernelList, EveryKernelThatRunsHereIsRight) {
  for (const KernelInfo& kernel : allKernels()) {
    if (!runsHere(kernel)) continue;
    EXPECT_EQ(checkKernel(kernel), "") << kernel.name << " for " << name(kernel.isa);
  }
}

TEST(KernelList, NamesAreUniqueForEachInstructionSet) {
  std::set<std::pair<std::string, Isa>> seen;
  for (const KernelInfo& kernel : allKernels())
    EXPECT_TRUE(seen.emplace(kernel.name, kernel.isa).second) << kernel.name;
  EXPECT_GE(seen.size(), 100u);
}

}  // namespace
}  // namespace ridge::cpu
