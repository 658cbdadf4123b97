// Packed form of the right-hand matrix of the GEMM family.
#pragma once

#include <cstdint>

#include "base/cpu.h"

namespace ridge::cpu {

/// B [k][n] in panels of `vectors * lanes` columns, each [k][columns] dense; the last panel is as narrow as
/// whole vectors allow, unused columns are zero.
struct PanelLayout {
  int64_t k = 0, n = 0;
  int lanes = 1, vectors = 1;

  /// The panel width that suits `n` columns at a level.
  static PanelLayout choose(Isa isa, int64_t k, int64_t n);

  int64_t width() const { return int64_t{lanes} * vectors; }
  int64_t panels() const { return (n + width() - 1) / width(); }
  int64_t columns(int64_t panel) const { return panel + 1 < panels() ? width() : n - panel * width(); }
  int vectorsOf(int64_t panel) const { return static_cast<int>((columns(panel) + lanes - 1) / lanes); }
  int64_t offset(int64_t panel) const { return panel * width() * k; }
  int64_t floats() const { return (n + lanes - 1) / lanes * lanes * k; }
};

/// Where B's elements lie: row index k = (kernel position, channel), kernel positions of three axes, strides
/// in elements. A plain matrix has `channels` rows and kernel {1, 1, 1}.
struct MatrixSource {
  const float* data = nullptr;
  int64_t kernel[3] = {1, 1, 1};
  int64_t channels = 0;
  int64_t kernelStride[3] = {0, 0, 0}, channelStride = 0, columnStride = 0;
};

/// Packs panels [firstPanel, endPanel) of `source`, which has layout.k rows and layout.n columns.
void packPanels(const PanelLayout& layout, const MatrixSource& source, int64_t firstPanel, int64_t endPanel,
                float* packed);

}  // namespace ridge::cpu
