// One part of one execution of a ConvGemm.
#pragma once

#include "cpu/kernels/gemm/conv_gemm.h"

namespace ridge::cpu {

class ConvGemmRun {
 public:
  /// `scratch` is the part's own share of the workspace.
  ConvGemmRun(const ConvGemm& conv, const float* in, const float* packed, const GemmEpilogue& epilogue,
              float* out, std::byte* scratch);

  void runPart(int part, int parts);

 private:
  /// An output pixel.
  struct Pixel {
    int64_t n, d, h, w;
  };
  /// Rows [row, row + rows) of the block and a view of the input (or of the strip that replaces it).
  struct Block {
    int64_t row, rows, tiles;
  };
  /// Input seen by the row pointers: address of logical element (0, 0, 0) and the extent that may be read.
  struct View {
    const float* base;
    std::array<int64_t, 3> first, end, stride;
  };

  Pixel pixelOf(int64_t row) const;
  void advance(Pixel& pixel, int64_t count) const;
  int64_t blockEnd(int64_t row, int64_t end) const;
  int64_t tileStart(const Block& block, int64_t tile) const { return block.rows * tile / block.tiles; }

  void preparePointers(const Block& block);
  void pointAtTaps(const Pixel& pixel, int64_t run, const View& view, const float** pointer,
                   int64_t pitch) const;
  View fillStrip(const Block& block);
  void copyStripRow(const float* row, int64_t firstColumn, int64_t columns, float* out) const;
  void runBlock(const Block& block, int64_t firstUnit, int64_t endUnit);
  void runPanel(const Block& block, int64_t group, int64_t panel);
  void runTiles(const Block& block, GemmTile tile, GemmTileFn const* tileFns, int64_t firstTap,
                int64_t width);

  const ConvGemm& conv_;
  const ConvShape& shape_;
  const GemmEpilogue& epilogue_;
  const float *in_, *packed_;
  float *out_, *zeros_, *sums_, *strip_;
  const float** pointers_;
  float** outRows_;
  const float** residualRows_;
};

}  // namespace ridge::cpu
