// What the steps of integer ops share: parameters, their checks, and sums of products as one step.
#pragma once

#include <span>

#include "cpu/kernels/integer/integer_conv.h"
#include "ops/quantized/quantized.h"
#include "plan/compiled_step.h"

namespace ridge::cpu {

/// Three numbers: zero point and bounds.
inline constexpr size_t kResultParams = 3;
void addResultParams(std::vector<int64_t>& params, const ops::QuantizedResult& result);
ByteResult resultOf(const KernelSpec& spec, std::span<const int64_t> params);

/// What a sum becomes; behind the parameters of the convolution or product itself.
inline constexpr size_t kSumParams = 7 + kResultParams;
void addSumParams(std::vector<int64_t>& params, const ops::QuantizedSum& sum);

/// A float32 number as a parameter, and back.
int64_t paramOf(float number);
float floatOf(int64_t param);

/// An array of bytes with this zero point, which must be a number of its type; fails by failSpec.
ByteRun byteRun(const KernelSpec& spec, const ArraySpec& array, int64_t zero);

/// Inputs in the order of ops::QuantizedInput.
struct IntegerSums {
  ConvShape shape;
  ActivationStrides in, out, residual;
};
/// The last kSumParams parameters of `spec` are those of addSumParams.
std::unique_ptr<CompiledStep> makeIntegerSums(const KernelSpec& spec, const IntegerSums& sums);

/// Inputs of a region of such an op that its kernel takes: types, shapes, constants; else why not.
std::string whyNoIntegerSums(const Graph& graph, const Region& region);
/// The candidate but for parameters and orders; packed for `groups`.
Candidate integerSumsCandidate(const Graph& graph, const Region& region, std::string tactic, int64_t groups);
Tensor packIntegerSums(const Packing& packing, std::span<const Tensor> constants);

}  // namespace ridge::cpu
