// What float32 can reach at all: asked only where a result misses its bound.
#pragma once

#include <string>

#include "verify/metrics.h"
#include "verify/truth.h"

namespace ridge {

/// A sum of K products loses what cancels: its error scales with the sum of their magnitudes, not with the
/// result. True when the error of `got` in its worst channel is within a few units of rounding of that sum,
/// so that no order of float32 additions would do better. `node` is the convolution or product, `inputs` what
/// it was given.
bool withinRoundingOfSums(const Node& node, const std::vector<Tensor>& inputs, const Tensor& got,
                          const Tensor& want);

/// The same for regions that only add and average: an error of a few units of rounding of the largest input
/// is none, also where the result cancels to nearly zero.
bool withinRoundingOfInputs(const std::vector<Tensor>& inputs, const Tensor& got, const Tensor& want);

/// How many dB an output keeps when every input is changed by about one unit in the last place: a network
/// that amplifies rounding errors cannot be asked for more. By output, in order.
std::vector<double> outputDbUnderRounding(const Graph& imported, const NamedInputs& inputs,
                                          const Truth& truth);

}  // namespace ridge
