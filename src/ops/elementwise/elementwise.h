// What the elementwise ops share: kernels by number class, inference, expressions.
#pragma once

#include <cmath>
#include <type_traits>

#include "ir/expr.h"
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {

inline constexpr Traits kElementwise{.elementwise = true};

// --- inference

/// Output 0 like input 0, which must have a float type.
void inferFloat(InferContext& c);
/// Output 0 like input 0, which must have an integer or float type.
void inferNumber(InferContext& c);
/// The broadcast of inputs of one integer or float type.
void inferNumbers(InferContext& c);
/// The same with a boolean result.
void inferComparison(InferContext& c);
/// The broadcast of inputs of one integer type.
void inferIntegers(InferContext& c);
/// Booleans in and out, broadcast.
void inferLogic(InferContext& c);

// --- kernels

/// Fails unless input 0 has a float type that has kernels.
void requireReal(const KernelContext& k);

/// out = F(in) in doubles.
template <auto F>
void realKernel(KernelContext& k) {
  requireReal(k);
  mapReal(k, F);
}

/// out = F(in0, ...) in the class of input 0: F is generic over double, int64_t and uint64_t. `Out` void: the
/// same class.
template <auto F, size_t Inputs, class Out = void>
void numberKernel(KernelContext& k) {
  withArithmeticClass(k.input(0).type, [&]<class T>() {
    using Result = std::conditional_t<std::is_void_v<Out>, T, Out>;
    if constexpr (Inputs == 1)
      mapElements<Result, T>(k, F);
    else
      mapElements<Result, T, T>(k, F);
  });
}

/// Calls `fn.template operator()<T>()` with T = int64_t or uint64_t; fails unless input 0 has integers.
template <class Fn>
void withIntegerClass(const KernelContext& k, Fn&& fn) {
  switch (numberClassOf(k.input(0).type)) {
    case NumberClass::signedInteger:
      return fn.template operator()<int64_t>();
    case NumberClass::unsignedInteger:
      return fn.template operator()<uint64_t>();
    default:
      k.fail("elements of type " + std::string(name(k.input(0).type)) + ", integers are needed");
  }
}

/// out = F(in0, ...) in int64_t or uint64_t, of one or two inputs.
template <auto F, size_t Inputs>
void bitKernel(KernelContext& k) {
  withIntegerClass(k, [&]<class T>() {
    if constexpr (Inputs == 1)
      mapElements<T, T>(k, F);
    else
      mapElements<T, T, T>(k, F);
  });
}

/// Integer arithmetic wraps around: it is done on unsigned numbers, where that is defined.
template <class T>
using Wrapping =
    std::conditional_t<std::is_integral_v<T>, std::make_unsigned<T>, std::type_identity<T>>::type;

// --- expressions

/// One instruction over the node's inputs.
template <ExprOp Instruction>
bool oneInstruction(const Node&, ExprBuilder& b) {
  b.result(b.emit(Instruction, b.in(0), arity(Instruction) > 1 ? b.in(1) : uint16_t{0}));
  return true;
}

/// 1 / (1 + exp(-x)).
uint16_t emitSigmoid(ExprBuilder& b, uint16_t x);
/// min(a, b) or max(a, b) that is NaN when either is; `instruction` is ExprOp::min or max.
uint16_t emitExtreme(ExprBuilder& b, ExprOp instruction, uint16_t x, uint16_t y, bool xCanBeNan);

}  // namespace ridge::ops
