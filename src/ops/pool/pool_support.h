// What the windowed pools share: inference, cost and the walk over windows.
#pragma once

#include "ops/conv/geometry.h"
#include "ops/infer.h"
#include "ops/reference_support.h"

namespace ridge {

/// Outputs 0 and (Indices, int64) 1 of a pool.
void inferPool(InferContext& c, const WindowAttributes& attrs, bool ceilMode);

Cost poolCost(const Node& node, const Graph& graph, const WindowAttributes& attrs);

/// Part of an output line and the input elements that one kernel position brings to it.
struct PoolLine {
  int64_t plane = 0, oz = 0, oy = 0, ox = 0, count = 0;  ///< outputs [ox, ox + count) of one line
  int64_t outputIndex = 0;                               ///< of the first output, in the whole tensor
};

/// Walks the outputs of a pool over images and channels in lines of at most kPoolLine elements, in parallel.
class PoolWalk {
 public:
  static constexpr int64_t kMostLine = 256;

  PoolWalk(const KernelContext& k, const WindowAttributes& attrs, bool ceilMode);

  const WindowAxis& z() const { return axes_[0]; }
  const WindowAxis& y() const { return axes_[1]; }
  const WindowAxis& x() const { return axes_[2]; }

  /// fn(PoolLine), in parallel.
  template <class Fn>
  void lines(Fn&& fn) const {
    const int64_t perLine = (x().output + kMostLine - 1) / kMostLine;
    const int64_t linesPerPlane = z().output * y().output * perLine;
    parallelRanges(planes_ * linesPerPlane, 1, [&](int64_t begin, int64_t end) {
      for (int64_t task = begin; task < end; ++task) {
        PoolLine line;
        line.plane = task / linesPerPlane;
        line.ox = task % perLine * kMostLine;
        line.oy = task / perLine % y().output;
        line.oz = task / perLine / y().output % z().output;
        line.count = std::min(kMostLine, x().output - line.ox);
        line.outputIndex =
            ((line.plane * z().output + line.oz) * y().output + line.oy) * x().output + line.ox;
        fn(line);
      }
    });
  }

  /// For every kernel position that meets the input: fn(first, values, iz, iy, ix) with the input elements
  /// that belong to outputs first, first + 1, ... of the line; the first of them lies at (iz, iy, ix), the
  /// next `stride` further.
  template <class Fn>
  void positions(const PoolLine& line, Fn&& fn) const {
    double values[kMostLine];
    const auto [z0, z1] = z().inside(line.oz);
    const auto [y0, y1] = y().inside(line.oy);
    for (int64_t kz = z0; kz < z1; ++kz) {
      for (int64_t ky = y0; ky < y1; ++ky) {
        const int64_t iz = z().start(line.oz) + kz * z().dilation,
                      iy = y().start(line.oy) + ky * y().dilation;
        const int64_t base = ((line.plane * z().input + iz) * y().input + iy) * x().input;
        for (int64_t kx = 0; kx < x().kernel; ++kx) {
          const int64_t from = x().start(line.ox) + kx * x().dilation;
          const auto [first, last] = insideLine(from, line.count);
          if (first >= last) continue;
          const int64_t ix = from + first * x().stride;
          loadNumbers(input_, base + ix, x().stride, last - first, values);
          fn(first, std::span<const double>(values, static_cast<size_t>(last - first)), iz, iy, ix);
        }
      }
    }
  }

 private:
  // Outputs of a line whose input element from + output * stride exists.
  std::pair<int64_t, int64_t> insideLine(int64_t from, int64_t count) const;

  const TensorView& input_;
  int64_t planes_ = 1;
  WindowAxes axes_;  // three
};

}  // namespace ridge
