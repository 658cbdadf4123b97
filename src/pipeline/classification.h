// The classification task: best classes of a row of scores, and how often they are right.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "ir/tensor.h"
#include "pipeline/spec.h"

namespace ridge::pipeline {

/// Indices of the `k` best scores, best first; ties go to the lower index, NaN is never among them (so fewer
/// than k may come back). `scores` is [C], [1, C], [1, C, 1, 1] or any shape with one axis longer than 1;
/// else Error{input}.
std::vector<int64_t> topClasses(const Tensor& scores, int k);

struct ClassificationCounts {
  int64_t samples = 0;   ///< seen
  int64_t labelled = 0;  ///< of them with a label; the base of the fractions
  int64_t correctTop1 = 0, correctTop5 = 0;
};

/// Accumulates over samples.
class ClassificationMetric {
 public:
  explicit ClassificationMetric(const ClassificationTask& task) : task_(task) {}

  /// Throws Error{input} when label + offset is no index of the scores.
  void add(const Tensor& scores, std::optional<int64_t> label);
  const ClassificationCounts& counts() const { return counts_; }

 private:
  ClassificationTask task_;
  ClassificationCounts counts_;
};

}  // namespace ridge::pipeline
