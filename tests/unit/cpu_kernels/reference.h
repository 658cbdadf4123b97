// Slow, obvious computations in double that drivers are compared with.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <vector>

#include "cpu/kernels/check_support.h"
#include "cpu/kernels/gemm/conv_gemm.h"

namespace ridge::cpu {

inline int64_t extentOf(const std::array<int64_t, 3>& a) {
  return a[0] * a[1] * a[2];
}

inline size_t at(const ActivationStrides& s, int64_t n, int64_t c, int64_t d, int64_t h, int64_t w) {
  return static_cast<size_t>(n * s.batch + c * s.channel + d * s.space[0] + h * s.space[1] + w * s.space[2]);
}

/// Calls visit(n, c, d, h, w).
template <class Visit>
void forEachElement(int64_t batch, int64_t channels, const std::array<int64_t, 3>& extent, Visit visit) {
  for (int64_t n = 0; n < batch; ++n)
    for (int64_t c = 0; c < channels; ++c)
      for (int64_t d = 0; d < extent[0]; ++d)
        for (int64_t h = 0; h < extent[1]; ++h)
          for (int64_t w = 0; w < extent[2]; ++w) visit(n, c, d, h, w);
}

/// The sum of products at one output element; `visit(d, h, w)` of taps inside the input.
inline double convolve(const ConvShape& s, const std::vector<float>& in, const ActivationStrides& inStrides,
                       const std::vector<float>& weights, int64_t n, int64_t c,
                       const std::array<int64_t, 3>& out) {
  const int64_t perGroup = s.inChannels / s.groups, group = c / (s.outChannels / s.groups);
  const int64_t taps = extentOf(s.kernel);
  double sum = 0;
  for (int64_t ic = 0; ic < perGroup; ++ic)
    for (int64_t tap = 0; tap < taps; ++tap) {
      const std::array<int64_t, 3> k{tap / (s.kernel[1] * s.kernel[2]), tap / s.kernel[2] % s.kernel[1],
                                     tap % s.kernel[2]};
      std::array<int64_t, 3> i;
      bool inside = true;
      for (size_t axis = 0; axis < 3; ++axis) {
        i[axis] = out[axis] * s.stride[axis] - s.padBegin[axis] + k[axis] * s.dilation[axis];
        inside = inside && i[axis] >= 0 && i[axis] < s.in[axis];
      }
      if (inside)
        sum += static_cast<double>(in[at(inStrides, n, group * perGroup + ic, i[0], i[1], i[2])]) *
               static_cast<double>(weights[static_cast<size_t>((c * perGroup + ic) * taps + tap)]);
    }
  return sum;
}

inline std::vector<Isa> isasHere() {
  std::vector<Isa> isas;
  for (const Isa isa : kAllIsas)
    if (isa <= detectedIsa()) isas.push_back(isa);
  return isas;
}

inline float* align64(std::vector<std::byte>& storage, size_t bytes) {
  storage.assign(bytes + 64, std::byte{0x7f});  // poison: scratch may hold anything
  const auto address = reinterpret_cast<uintptr_t>(storage.data());
  return reinterpret_cast<float*>((address + 63) / 64 * 64);
}

}  // namespace ridge::cpu
