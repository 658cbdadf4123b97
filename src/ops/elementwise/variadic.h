// Sum, Mean, Min, Max: any number of inputs, broadcast together.
#pragma once

#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

/// out = finish(fold(... fold(in0, in1) ..., inN)) in class T, rounded once at the end.
template <class T, class Fold, class Finish>
void foldInputs(KernelContext& k, Fold fold, Finish finish) {
  constexpr int64_t kBlock = 512;
  InlineVector<std::span<const int64_t>, 8> dims;
  for (size_t at = 0; at < k.inputCount(); ++at) dims.push_back(k.input(at).dims);
  const TensorView& out = k.output(0);
  const BroadcastRuns runs(out.dims, dims);
  parallelRanges(out.count(), kBlock, [&](int64_t begin, int64_t end) {
    std::array<T, kBlock> folded, next;
    runs.visit(begin, end, kBlock, [&](int64_t first, const BroadcastRuns::Run& run) {
      const auto length = static_cast<size_t>(run.length);
      loadNumbers(k.input(0), run.offsets[0], run.strides[0], run.length, folded.data());
      for (size_t input = 1; input < k.inputCount(); ++input) {
        loadNumbers(k.input(input), run.offsets[input], run.strides[input], run.length, next.data());
        for (size_t at = 0; at < length; ++at) folded[at] = fold(folded[at], next[at]);
      }
      for (size_t at = 0; at < length; ++at) folded[at] = finish(folded[at]);
      storeNumbers(out, first, run.length, folded.data());
    });
  });
}

/// All inputs are there and are numbers of one type; their broadcast.
void inferVariadic(InferContext& c);

/// The inputs chained by a two-operand step; false when there are unreasonably many.
template <class Step>
bool chainInputs(const Node& node, ExprBuilder& b, Step step) {
  constexpr size_t kMostInputs = 64;
  if (node.in.size() > kMostInputs) return false;
  uint16_t chain = b.in(0);
  for (size_t at = 1; at < node.in.size(); ++at) chain = step(chain, b.in(at), at);
  b.result(chain);
  return true;
}

/// Min or Max; NaN in any input gives NaN.
bool chainExtreme(const Node& node, ExprBuilder& b, ExprOp instruction);

/// NaN wins; `better` is std::less or std::greater.
template <class T, class Better>
T extremeOf(T x, T y, Better better) {
  if (x != x) return x;
  return better(x, y) ? x : y;
}

}  // namespace ridge::ops
