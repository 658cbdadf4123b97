// How far two tensors are apart.
#pragma once

#include <cstdint>
#include <optional>

#include "ir/tensor.h"

namespace ridge {

/// Elements that are not finite in both and equal (NaN with NaN, an infinity with the same infinity) are
/// counted, not measured; any other element that is not finite in one of them is a mismatch.
struct Difference {
  double maxAbs = 0;          ///< largest |got - want|
  double maxRel = 0;          ///< largest |got - want| / |want| where want is not 0
  double rms = 0;             ///< of the error
  double cosine = 1;          ///< of the angle between both; 1 for two zero tensors
  double sqnrDb = 0;          ///< rms(want) over rms(error) in dB; kExact when there is no error
  double worstChannelDb = 0;  ///< the same for the worst channel (see below)
  int64_t worstChannel = 0;
  int64_t mismatched = 0;  ///< elements that are not finite in one, or differ in an integer type
  int64_t equalNotFinite = 0;
  double range = 0;  ///< largest minus smallest finite element of `want`

  static constexpr double kExact = 999;  ///< dB of no error at all
};

/// `channelAxis`: per channel, the rms of its error against the larger of its and the whole tensor's rms,
/// since a nearly dead channel has no signal of its own. Without axis the tensor is one channel. Same
/// dimensions; any numeric types.
Difference compareTensors(const Tensor& got, const Tensor& want, std::optional<size_t> channelAxis);

/// Axis 1, else the last, else none (rank 0).
std::optional<size_t> defaultChannelAxis(const Tensor& tensor);

}  // namespace ridge
