// What the losses share: attributes, inference, and the weighted reduction of the samples' losses.
#pragma once

#include <optional>
#include <string>

#include "ops/infer.h"
#include "ops/reference_support.h"

namespace ridge {

/// Inputs: scores or log-probabilities [N, C, ...], classes [N, ...], weights of the classes [C].
struct LossAttributes : AttributesOf<LossAttributes> {
  std::optional<int64_t> ignoreIndex;  ///< samples of this class count nothing
  std::string reduction = "mean";      ///< "none", "sum", "mean": divided by the sum of the weights

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("ignore_index", self.ignoreIndex);
    v("reduction", self.reduction);
  }
};

/// Output 0: the classes' shape, or a scalar.
void inferLoss(InferContext& c);

/// Extents of input 0: sample s is pixel s % pixels of image s / pixels.
struct LossShape {
  int64_t classes = 0, pixels = 0, samples = 0;
  explicit LossShape(const KernelContext& k);
  int64_t place(int64_t sample, int64_t which) const {
    return (sample / pixels * classes + which) * pixels + sample % pixels;
  }
};

/// Output 0 from -logProbability(sample, its class), in order. Throws Error{input} for classes that do not
/// exist.
template <class LogProbability>
void reduceLoss(const KernelContext& k, const LossShape& shape, LogProbability&& logProbability) {
  const auto& attrs = k.attrs<LossAttributes>();
  const bool none = attrs.reduction == "none";
  double sum = 0, weights = 0;
  for (int64_t sample = 0; sample < shape.samples; ++sample) {
    const auto which = loadNumber<int64_t>(k.input(1), sample);
    const bool ignored = attrs.ignoreIndex && which == *attrs.ignoreIndex;
    if (!ignored && (which < 0 || which >= shape.classes))
      k.fail("sample " + std::to_string(sample) + " is of class " + std::to_string(which) + " of " +
             std::to_string(shape.classes));
    const double weight = ignored ? 0.0 : k.has(2) ? loadNumber<double>(k.input(2), which) : 1.0;
    const double loss = ignored ? 0.0 : -logProbability(sample, which) * weight;
    if (none) storeNumber(k.output(0), sample, loss);
    sum += loss;
    weights += weight;
  }
  if (!none) storeNumber(k.output(0), 0, attrs.reduction == "mean" ? sum / weights : sum);
}

}  // namespace ridge
