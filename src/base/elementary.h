// exp, log, tanh and erf as fixed sequences of exactly defined float32 operations: the reference interpreter
// (scalar_vec.h) and every vector instruction set (src/cpu/simd) run the same sequence and get the same bits;
// a NaN is a NaN whatever its payload. V is one of those vocabularies. Within 2 units in the last place over
// the whole range (tests/unit/cpu_kernels).
#pragma once

namespace ridge {

/// The polynomial with these coefficients, highest power first, by Horner's rule.
template <class V>
inline V horner(V, V sum) {
  return sum;
}
template <class V, class... Rest>
inline V horner(V x, V sum, float next, Rest... rest) {
  return horner(x, fma(sum, x, V::broadcast(next)), rest...);
}

inline constexpr float kLn2High = 0.693359375f,
                       kLn2Low = -2.12194440e-4f;  // the first has 9 bits: n * it is exact
inline constexpr float kInfinity = __builtin_inff();

/// Overflows to infinity above 88.72; below -87.3 the result is subnormal or 0.
template <class V>
inline V expSequence(V x) {
  x = min(V::broadcast(89.0f), max(V::broadcast(-104.0f), x));
  const V n = roundEven(x * V::broadcast(1.44269504f));
  V r = fma(n, V::broadcast(-kLn2High), x);
  r = fma(n, V::broadcast(-kLn2Low), r);
  const V p =
      horner(r, V::broadcast(0.001381413206f), 0.00836891968f, 0.04166840843f, 0.1666651894f, 0.4999999333f);
  const V power = fma(p, r * r, r) + V::broadcast(1.0f);
  const V half = floor(n * V::broadcast(0.5f));  // two factors: 2^n itself may not be a normal number
  return power * pow2(half) * pow2(n - half);
}

/// log(0) is -infinity, log of a negative number NaN.
template <class V>
inline V logSequence(V x) {
  const V one = V::broadcast(1.0f), zero = V::broadcast(0.0f);
  const auto tiny = less(x, V::broadcast(1.17549435e-38f));
  const V normal = select(tiny, x * V::broadcast(8388608.0f), x);
  V e = exponentOf(normal) - select(tiny, V::broadcast(23.0f), zero);
  V m = mantissaOf(normal);
  const auto large = less(V::broadcast(1.41421356f), m);
  m = select(large, m * V::broadcast(0.5f), m);
  e = select(large, e + one, e);
  const V f = m - one, square = f * f;
  const V p = horner(f, V::broadcast(0.06749726752f), -0.1167860104f, 0.1188831655f, -0.1240504082f,
                     0.1421944822f, -0.1666802845f, 0.2000212631f, -0.2500000898f, 0.3333331245f);
  V y = fma(e, V::broadcast(kLn2Low), p * square * f);
  y = fma(square, V::broadcast(-0.5f), y) + f;
  y = fma(e, V::broadcast(kLn2High), y);
  y = select(less(x, V::broadcast(kInfinity)), y, x);  // infinity and NaN
  y = select(less(x, zero), V::broadcast(__builtin_nanf("")), y);
  return select(equal(x, zero), V::broadcast(-kInfinity), y);
}

template <class V>
inline V tanhSequence(V x) {
  const V one = V::broadcast(1.0f), a = abs(x), square = x * x;
  const V p = horner(square, V::broadcast(-0.005704778796f), 0.0206388823f, -0.05373964465f, 0.1333144122f,
                     -0.333332819f);
  const V small = fma(p * square, x, x);
  const V large = one - V::broadcast(2.0f) / (expSequence(a + a) + one);
  return copySign(select(less(a, V::broadcast(0.625f)), small, large), x);  // also of -0
}

template <class V>
inline V erfSequence(V x) {
  const V a = abs(x), square = x * x;
  const V p = horner(square, V::broadcast(7.853774113e-5f), -0.0008010167195f, 0.005188324676f,
                     -0.02685381035f, 0.1128358511f, -0.3761262582f, 0.1283791657f);
  const V small = fma(p, x, x);
  // 1 - exp(log(erfc(a))), the logarithm by polynomial; from 4 on the result is 1.
  const V t = min(V::broadcast(4.0f), a);
  const V q = horner(t, V::broadcast(-2.173409299e-5f), 0.000441921883f, -0.004207607347f, 0.02521687707f,
                     -0.1084329228f, -0.6332058517f, -1.129585913f, 0.0001897200878f);
  const V large = V::broadcast(1.0f) - expSequence(q);
  return copySign(select(less(a, V::broadcast(1.0f)), small, large), x);
}

}  // namespace ridge
