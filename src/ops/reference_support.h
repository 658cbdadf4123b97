// What makes a reference kernel short: element maps with ONNX broadcasting, in a number class, in parallel.
#pragma once

#include <algorithm>
#include <array>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "base/thread_pool.h"
#include "ops/inline_vector.h"
#include "ops/numbers.h"

namespace ridge {

/// Calls fn(begin, end) for parts of [0, count) that are cut at multiples of `grain`, in parallel. The cuts
/// do not depend on the number of threads. `fn` must not throw: check contents before.
template <class Fn>
void parallelRanges(int64_t count, int64_t grain, Fn&& fn) {
  constexpr int64_t kMostParts = 64;
  const int64_t grains = (count + grain - 1) / grain;
  const int64_t parts = std::min(grains, kMostParts);
  if (parts <= 1) {
    if (count > 0) fn(int64_t{0}, count);
    return;
  }
  ThreadPool::instance().parallel(static_cast<int>(parts), [&](int part) {
    const int64_t begin = grains * part / parts * grain, end = grains * (part + 1) / parts * grain;
    fn(begin, std::min(end, count));
  });
}

/// Walks an index space in row-major order in which several arrays move by strides of their own, as runs of
/// fixed stride.
class StridedRuns {
 public:
  /// `strides` are those of array 0 .. arrays-1 along axis 0, then along axis 1, ...
  StridedRuns(std::span<const int64_t> dims, size_t arrays, std::span<const int64_t> strides);

  struct Run {
    int64_t length = 0;
    std::span<const int64_t> offsets;  ///< of each array's first element
    std::span<const int64_t> strides;  ///< of each array, from element to element
  };
  /// Calls fn(index, Run) for runs of at most `most` elements that cover [begin, end) of the space.
  template <class Fn>
  void visit(int64_t begin, int64_t end, int64_t most, Fn&& fn) const {
    InlineVector<int64_t, 4> offsets(arrays_);
    for (int64_t at = begin; at < end;) {
      const int64_t length = std::min({dims_.back() - at % dims_.back(), most, end - at});
      locate(at, offsets);
      fn(at, Run{length, offsets, innerStrides_});
      at += length;
    }
  }

 private:
  void locate(int64_t at, std::span<int64_t> offsets) const;

  size_t arrays_;
  InlineVector<int64_t, 32> dims_;     // neighbours merged where all arrays allow; never empty
  InlineVector<int64_t, 96> strides_;  // [axis][array]
  InlineVector<int64_t, 4> innerStrides_;
};

/// The arrays are `inputs`, each broadcast to `output`, the index space is the output.
class BroadcastRuns : public StridedRuns {
 public:
  BroadcastRuns(std::span<const int64_t> output, std::span<const std::span<const int64_t>> inputs);
};

/// output 0 = fn(input 0, input 1, ...) element by element with broadcasting: fn takes one `In` per input and
/// returns an `Out`. mapElements<double, double, double>(k, [](double a, double b) { return a + b; }) is Add.
template <class Out, class... In, class Fn>
void mapElements(const KernelContext& k, Fn fn) {
  constexpr int64_t kBlock = 512;
  constexpr size_t kInputs = sizeof...(In);
  std::array<std::span<const int64_t>, kInputs> dims;
  for (size_t at = 0; at < kInputs; ++at) dims[at] = k.input(at).dims;
  const TensorView& out = k.output(0);
  const BroadcastRuns runs(out.dims, dims);
  parallelRanges(out.count(), kBlock, [&](int64_t begin, int64_t end) {
    std::tuple<std::array<In, kBlock>...> in;
    std::array<Out, kBlock> result;
    runs.visit(begin, end, kBlock, [&](int64_t first, const BroadcastRuns::Run& run) {
      [&]<size_t... I>(std::index_sequence<I...>) {
        (loadNumbers(k.input(I), run.offsets[I], run.strides[I], run.length, std::get<I>(in).data()), ...);
        for (size_t at = 0; at < static_cast<size_t>(run.length); ++at)
          result[at] = static_cast<Out>(fn(std::get<I>(in)[at]...));
      }
      (std::index_sequence_for<In...>{});
      storeNumbers(out, first, run.length, result.data());
    });
  });
}

/// output 0 = fn(input 0) in doubles.
template <class Fn>
void mapReal(const KernelContext& k, Fn fn) {
  mapElements<double, double>(k, fn);
}

/// All elements of a small input as integers.
std::vector<int64_t> allInts(const TensorView& view);

}  // namespace ridge
