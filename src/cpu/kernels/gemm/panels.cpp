#include "cpu/kernels/gemm/panels.h"

#include <algorithm>

#include "cpu/kernels/gemm/gemm_kernels.h"

namespace ridge::cpu {

PanelLayout PanelLayout::choose(Isa isa, int64_t k, int64_t n) {
  const GemmKernels& kernels = gemmKernels(isa);
  const int64_t vectors = std::max<int64_t>(1, (n + kernels.lanes - 1) / kernels.lanes);
  const int64_t panels = (vectors + kernels.maxVectors - 1) / kernels.maxVectors;
  // Panels of nearly equal width: five vectors are better cut into 3 + 2 than into 4 + 1.
  return {k, n, kernels.lanes, static_cast<int>((vectors + panels - 1) / panels)};
}

namespace {

/// One panel, `columns` valid of `width`; returns the end of what was written.
float* packPanel(const MatrixSource& source, int64_t firstColumn, int64_t columns, int64_t width,
                 float* out) {
  const float* base = source.data + firstColumn * source.columnStride;
  for (int64_t d = 0; d < source.kernel[0]; ++d)
    for (int64_t h = 0; h < source.kernel[1]; ++h)
      for (int64_t w = 0; w < source.kernel[2]; ++w) {
        const float* tap =
            base + d * source.kernelStride[0] + h * source.kernelStride[1] + w * source.kernelStride[2];
        for (int64_t c = 0; c < source.channels; ++c, out += width) {
          const float* row = tap + c * source.channelStride;
          for (int64_t j = 0; j < columns; ++j) out[j] = row[j * source.columnStride];
          std::fill(out + columns, out + width, 0.0f);
        }
      }
  return out;
}

}  // namespace

void packPanels(const PanelLayout& layout, const MatrixSource& source, int64_t firstPanel, int64_t endPanel,
                float* packed) {
  for (int64_t panel = firstPanel; panel < endPanel; ++panel)
    packPanel(source, panel * layout.width(), layout.columns(panel),
              int64_t{layout.lanes} * layout.vectorsOf(panel), packed + layout.offset(panel));
}

}  // namespace ridge::cpu
