// What every convolution tactic shares: the parameters of its step and their checks.
#pragma once

#include <span>

#include "cpu/kernels/gemm/conv_gemm.h"
#include "plan/compiled_step.h"

namespace ridge::cpu {

/// Inputs of a Conv region: 0 data, 1 weights (read in packed form), 2 bias or absent; then operands of the
/// epilogue. Params: strides, dilations, begin pads of three spatial axes (leading ones unused), groups,
/// whether there is a bias.
std::vector<int64_t> convParams(const Graph& graph, NodeId conv);

/// The step's shape with everything checked against its arrays: channels, groups, sizes within bounds.
/// Kernels read nothing outside the arrays for any shape that passes. Fails by failSpec.
ConvShape convShapeOf(const KernelSpec& spec);
/// The same for elements of any type, with the parameters given.
ConvShape convShapeOf(const KernelSpec& spec, std::span<const int64_t> params);
inline constexpr size_t kConvParams = 11;

/// Strides of an activation array [N, C, spatial...] of rank 3 to 5.
ActivationStrides activationStrides(const ArraySpec& array);

/// The array's channels lie side by side.
bool isChannelsLast(const ArraySpec& array);

/// Region of one Conv with static rank 3 to 5, float32 everywhere, constant weights (and bias); else false,
/// with a sentence when it is a Conv all the same.
bool isPlainConv(const Graph& graph, const Region& region, std::string& why);

/// Bias, when the step has one: dense, one element a channel.
const float* biasAddress(const KernelSpec& spec, const Buffers& buffers);
bool hasBias(const KernelSpec& spec);
void checkBias(const KernelSpec& spec, int64_t channels);

/// The step has one block of packed weights, of so many floats.
void checkPacked(const KernelSpec& spec, int64_t floats);

/// Operands of the epilogue are as large as the output or broadcast to it, so that the epilogue can run
/// channels-last. Fills inputs' orders: plain for weights, bias and whatever coincides.
Candidate convCandidate(const Graph& graph, const Region& region, Order input);

}  // namespace ridge::cpu
