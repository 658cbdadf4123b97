// What the normalizations share: sums over consecutive elements, rows with broadcast scales, groups of
// channels, and statistics along axes that lie in scratch.
#pragma once

#include "ir/patch.h"
#include "ops/infer.h"
#include "ops/reduce/reduce_support.h"
#include "ops/reference_support.h"

namespace ridge {

/// Sum of fn(x) over consecutive elements.
template <class Fn>
double sumOf(const TensorView& view, int64_t first, int64_t count, Fn&& fn) {
  constexpr int64_t kBlock = 512;
  double block[kBlock], sum = 0;
  for (int64_t at = 0; at < count; at += kBlock) {
    const int64_t length = std::min(kBlock, count - at);
    loadNumbers(view, first + at, 1, length, block);
    for (int64_t i = 0; i < length; ++i) sum += fn(block[i]);
  }
  return sum;
}

struct Moments {
  double mean = 0, variance = 0;  ///< variance of the whole population
};
/// Of consecutive elements, in two passes; NaN when there are none.
Moments momentsOf(const TensorView& view, int64_t first, int64_t count);

/// Error{input} unless this input broadcasts to the shape of input 0 as it is, as far as that is known.
void requireBroadcastsToInput(const InferContext& c, size_t input);

/// Input 0 as rows: the axes from `axis` on are one row. Scale (input 1) and bias (input 2, if there)
/// broadcast to input 0.
class ScaledRows {
 public:
  ScaledRows(const KernelContext& k, int64_t axis);

  int64_t rows() const { return rows_; }
  int64_t length() const { return length_; }
  /// Row of output 0 = (x - mean) / deviation * scale + bias.
  void write(int64_t row, double mean, double deviation) const;

 private:
  const KernelContext& k_;
  const bool hasBias_;
  const BroadcastRuns runs_;  // of scale and bias
  int64_t rows_ = 0, length_ = 0;
};

/// For Op::expand: x / sqrt(mean of its square + epsilon) over the axes from `axis` on, `centered` around the
/// mean. The rank of x must be known.
ValueId expandUnit(GraphBuilder& b, ValueId x, int64_t axis, float epsilon, bool centered);
/// unit * scale + bias takes the place of the node's output 0.
void expandScaled(const Node& node, GraphBuilder& b, ValueId unit, ValueId scale, ValueId bias);
/// A parameter [C] as it broadcasts to [N, C, ...] of this rank.
ValueId expandByChannel(GraphBuilder& b, ValueId parameter, int64_t rank);

/// Inputs X [N, C, ...], scale [C], bias [C]; output as X.
void inferChannelNormalization(InferContext& c);
/// Normalizes each of `groups` groups of channels of each image, then scales and shifts by channel.
void normalizeChannels(const KernelContext& k, int64_t groups, double epsilon);

/// Bytes of `arrays` statistics of input 0 along `axes`, in double.
size_t statisticsBytes(const Graph& graph, const Node& node, AxisBits axes, size_t arrays);

/// Statistics of input 0 along some axes, in the kernel's scratch; the shape keeps the axes as ones.
class Statistics {
 public:
  Statistics(const KernelContext& k, AxisBits axes);

  /// Array `index` = a fold of input 0 along the axes (reduceAlong).
  template <class Fold>
  void reduce(size_t index) {
    const TensorView out = array(index);
    const KernelContext reduction(k_.node(), {&k_.input(0), 1}, {&out, 1}, {});
    reduceAlong<double, Fold>(reduction, axes_);
  }
  TensorView array(size_t index) const;

 private:
  const KernelContext& k_;
  const AxisBits axes_;
  InlineVector<int64_t, 32> dims_;
  int64_t count_ = 0;
};

}  // namespace ridge
