// y = scale * x + shift, one pair of numbers a channel: what BatchNormalization and arithmetic with constants
// are.
#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "ir/patch.h"

namespace ridge::passes {

struct ChannelAffine {
  ValueId x = kNoValue;
  std::vector<double> scale, shift;  ///< one a channel
};
using AffineOrReason = std::variant<NoMatch, Declined, ChannelAffine>;

/// Of an inference BatchNormalization with constant parameters.
AffineOrReason batchNormAffine(const Graph& graph, NodeId id);

/// Of Add, Sub, Mul or Div with a constant, whose result has `rank` axes and `channels` along `axis`.
AffineOrReason arithmeticAffine(const Graph& graph, NodeId id, int64_t rank, int64_t axis, int64_t channels);

/// A constant that broadcasts to `rank` axes and varies along `axis` only, as one number a channel; none
/// otherwise.
std::optional<std::vector<double>> perChannel(const Tensor& constant, int64_t rank, int64_t axis,
                                              int64_t channels);

/// Rounded once to the type; none when something is not finite there.
std::optional<Tensor> finiteTensor(DType type, Dims dims, std::span<const double> values);

}  // namespace ridge::passes
