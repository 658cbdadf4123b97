#include <array>

#include "cpu/tactic.h"
#include "cpu/tactics/tactics.h"

namespace ridge::cpu {

namespace {
// In order of preference where estimates tie.
constexpr std::array kTactics{
    &kConvDepthwise, &kConvGemm,  &kMatMul, &kBatchMatMul, &kQConv,      &kQMatMul,
    &kQAdd,          &kQuantize,  &kNorm,   &kPool,        &kGlobalPool, &kPointwise,
    &kSoftmax,       &kAttention, &kReduce, &kGather,      &kCopy,
};
}  // namespace

std::span<const Tactic* const> tactics() {
  return kTactics;
}

}  // namespace ridge::cpu
