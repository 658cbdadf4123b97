// Attributes of the activations, and the expressions that some of them share.
#pragma once

#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

template <class Derived>
struct AlphaAttributes : AttributesOf<Derived> {
  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("alpha", self.alpha);
  }
};

struct LeakyReluAttributes : AlphaAttributes<LeakyReluAttributes> {
  float alpha = 0.01f;
};
struct EluAttributes : AlphaAttributes<EluAttributes> {
  float alpha = 1.0f;
};
struct CeluAttributes : AlphaAttributes<CeluAttributes> {
  float alpha = 1.0f;
};
struct ThresholdedReluAttributes : AlphaAttributes<ThresholdedReluAttributes> {
  float alpha = 1.0f;
};
struct SwishAttributes : AlphaAttributes<SwishAttributes> {
  float alpha = 1.0f;
};

struct SeluAttributes : AttributesOf<SeluAttributes> {
  float alpha = 1.67326319217681884765625f;
  float gamma = 1.05070102214813232421875f;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("alpha", self.alpha);
    v("gamma", self.gamma);
  }
};

struct HardSigmoidAttributes : AttributesOf<HardSigmoidAttributes> {
  float alpha = 0.2f;
  float beta = 0.5f;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("alpha", self.alpha);
    v("beta", self.beta);
  }
};

struct GeluAttributes : AttributesOf<GeluAttributes> {
  std::string approximate = "none";  ///< "none": by erf; "tanh"

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("approximate", self.approximate);
  }
};

/// exp(x) - 1 for x <= 0 without the cancellation near 0; infinite for large positive x.
uint16_t emitExpMinus1(ExprBuilder& b, uint16_t x);
/// log(1 + exp(x)) that neither overflows nor underflows.
uint16_t emitSoftplus(ExprBuilder& b, uint16_t x);
double softplusOf(double x);

/// Clamped to [0, 1]; NaN stays NaN.
double clampToUnit(double x);
uint16_t emitClampToUnit(ExprBuilder& b, uint16_t x);

}  // namespace ridge::ops
