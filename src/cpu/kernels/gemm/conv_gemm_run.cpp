#include "cpu/kernels/gemm/conv_gemm_run.h"

#include <algorithm>
#include <cstring>

namespace ridge::cpu {
namespace {

int64_t ceilDiv(int64_t a, int64_t b) {
  return (a + b - 1) / b;
}

int64_t offsetOf(const ActivationStrides& strides, int64_t n, int64_t d, int64_t h, int64_t w) {
  return n * strides.batch + d * strides.space[0] + h * strides.space[1] + w * strides.space[2];
}

/// How many of `parts` divide the columns; the others divide the rows.
int64_t columnParts(int64_t rowTiles, int64_t units, double rowBytes, double unitBytes, double tileNs,
                    int64_t parts) {
  int64_t best = 1;
  double bestNs = 1e300;
  for (int64_t byUnit = 1; byUnit <= parts; ++byUnit) {
    if (parts % byUnit != 0) continue;
    const int64_t byRow = parts / byUnit;
    const double work = static_cast<double>(ceilDiv(rowTiles, byRow) * ceilDiv(units, byUnit)) * tileNs;
    const double traffic =
        (rowBytes / static_cast<double>(byRow) + unitBytes / static_cast<double>(byUnit)) / 20;
    if (work + traffic >= bestNs) continue;
    bestNs = work + traffic;
    best = byUnit;
  }
  return best;
}

}  // namespace

ConvGemmRun::ConvGemmRun(const ConvGemm& conv, const float* in, const float* packed,
                         const GemmEpilogue& epilogue, float* out, std::byte* scratch)
    : conv_(conv),
      shape_(conv.shape_),
      epilogue_(epilogue),
      in_(in),
      packed_(packed),
      out_(out),
      zeros_(reinterpret_cast<float*>(scratch)),
      sums_(reinterpret_cast<float*>(scratch + conv.sumsAt_)),
      strip_(reinterpret_cast<float*>(scratch + conv.stripsAt_)),
      pointers_(reinterpret_cast<const float**>(scratch + conv.pointersAt_)),
      outRows_(reinterpret_cast<float**>(scratch + conv.rowsAt_)),
      residualRows_(const_cast<const float**>(outRows_ + conv.blockRows_)) {
  std::fill(zeros_, zeros_ + shape_.inChannels, 0.0f);
}

void ConvGemmRun::runPart(int part, int parts) {
  const int64_t units = shape_.groups * conv_.panels_.panels(), rows = conv_.rows_;
  const int64_t tileRows = conv_.kernels_->maxRows[conv_.panels_.vectors];
  const double k = static_cast<double>(conv_.panels_.k);
  const double tileNs = k * static_cast<double>(tileRows * conv_.panels_.vectors) / 6;
  const int64_t byUnit =
      columnParts(ceilDiv(rows, tileRows), units, static_cast<double>(rows * shape_.inChannels) * 4,
                  static_cast<double>(shape_.groups * conv_.panels_.floats()) * 4, tileNs, parts);
  const int64_t byRow = parts / byUnit, rowPart = part % byRow, unitPart = part / byRow;
  const int64_t firstUnit = units * unitPart / byUnit, endUnit = units * (unitPart + 1) / byUnit;
  const int64_t endRow = rows * (rowPart + 1) / byRow;
  if (firstUnit == endUnit) return;
  for (int64_t row = rows * rowPart / byRow; row < endRow;) {
    const int64_t end = blockEnd(row, endRow);
    const Block block{row, end - row, ceilDiv(end - row, tileRows)};
    preparePointers(block);
    runBlock(block, firstUnit, endUnit);
    row = end;
  }
}

/// Blocks over strips stay in one plane and hold either whole output rows or a piece of one.
int64_t ConvGemmRun::blockEnd(int64_t row, int64_t end) const {
  if (!conv_.strips_) return std::min(end, row + conv_.blockRows_);
  const int64_t width = shape_.out[2], plane = width * shape_.out[1];
  const int64_t toRowEnd = width - row % width;
  if (toRowEnd < width || conv_.stripColumns_ < width || row + width > end)
    return std::min({end, row + toRowEnd, row + conv_.stripColumns_});
  const int64_t limit = std::min({end, row + plane - row % plane, row + conv_.blockRows_});
  return row + (limit - row) / width * width;
}

ConvGemmRun::Pixel ConvGemmRun::pixelOf(int64_t row) const {
  Pixel pixel{};
  pixel.w = row % shape_.out[2], row /= shape_.out[2];
  pixel.h = row % shape_.out[1], row /= shape_.out[1];
  pixel.d = row % shape_.out[0], pixel.n = row / shape_.out[0];
  return pixel;
}

void ConvGemmRun::advance(Pixel& pixel, int64_t count) const {
  pixel.w += count;
  if (pixel.w < shape_.out[2]) return;
  pixel.w = 0;
  if (++pixel.h < shape_.out[1]) return;
  pixel.h = 0;
  if (++pixel.d < shape_.out[0]) return;
  pixel.d = 0;
  ++pixel.n;
}

void ConvGemmRun::preparePointers(const Block& block) {
  View strip{};
  if (conv_.strips_) strip = fillStrip(block);
  const ActivationStrides& residual = epilogue_.residualStrides;
  Pixel pixel = pixelOf(block.row);
  for (int64_t tile = 0; tile < block.tiles; ++tile) {
    const int64_t first = tileStart(block, tile), pitch = tileStart(block, tile + 1) - first;
    for (int64_t r = 0; r < pitch;) {
      const int64_t run = std::min(pitch - r, shape_.out[2] - pixel.w);
      const View view =
          conv_.strips_ ? strip : View{in_ + pixel.n * conv_.in_.batch, {}, shape_.in, conv_.in_.space};
      pointAtTaps(pixel, run, view, pointers_ + first * conv_.taps_ + r, pitch);
      float* out = out_ + offsetOf(conv_.out_, pixel.n, pixel.d, pixel.h, pixel.w);
      for (int64_t i = 0; i < run; ++i) outRows_[first + r + i] = out + i * conv_.out_.space[2];
      if (epilogue_.residual) {
        const float* from = epilogue_.residual + offsetOf(residual, pixel.n, pixel.d, pixel.h, pixel.w);
        for (int64_t i = 0; i < run; ++i) residualRows_[first + r + i] = from + i * residual.space[2];
      }
      r += run;
      advance(pixel, run);
    }
  }
}

/// For `run` pixels of one output row, from `pixel` on.
void ConvGemmRun::pointAtTaps(const Pixel& pixel, int64_t run, const View& view, const float** pointer,
                              int64_t pitch) const {
  const int64_t columns = conv_.merged_ ? 1 : shape_.kernel[2];
  const int64_t d0 = pixel.d * shape_.stride[0] - shape_.padBegin[0];
  const int64_t h0 = pixel.h * shape_.stride[1] - shape_.padBegin[1];
  const int64_t w0 = pixel.w * shape_.stride[2] - shape_.padBegin[2] - view.first[2];
  const int64_t width = view.end[2] - view.first[2], step = shape_.stride[2];
  const auto inside = [&](int64_t at, size_t axis) { return at >= view.first[axis] && at < view.end[axis]; };
  for (int64_t kd = 0; kd < shape_.kernel[0]; ++kd) {
    const int64_t d = d0 + kd * shape_.dilation[0];
    for (int64_t kh = 0; kh < shape_.kernel[1]; ++kh) {
      const int64_t h = h0 + kh * shape_.dilation[1];
      if (!inside(d, 0) || !inside(h, 1)) {
        for (int64_t kw = 0; kw < columns; ++kw, pointer += pitch) std::fill_n(pointer, run, zeros_);
        continue;
      }
      const float* row =
          view.base + (d - view.first[0]) * view.stride[0] + (h - view.first[1]) * view.stride[1];
      for (int64_t kw = 0; kw < columns; ++kw, pointer += pitch) {
        int64_t w = w0 + kw * shape_.dilation[2];
        for (int64_t i = 0; i < run; ++i, w += step)
          pointer[i] = w >= 0 && w < width ? row + w * view.stride[2] : zeros_;
      }
    }
  }
}

/// Copies what the block sees of the input to channels-last strips with their padding.
ConvGemmRun::View ConvGemmRun::fillStrip(const Block& block) {
  const Pixel from = pixelOf(block.row), to = pixelOf(block.row + block.rows - 1);
  const std::array<int64_t, 3> first{from.d, from.h, from.w}, last{to.d, to.h, to.w};
  View view{strip_, {}, {}, {}};
  std::array<int64_t, 3> extent;
  for (size_t axis = 0; axis < 3; ++axis) {
    view.first[axis] = first[axis] * shape_.stride[axis] - shape_.padBegin[axis];
    view.end[axis] = last[axis] * shape_.stride[axis] - shape_.padBegin[axis] +
                     (shape_.kernel[axis] - 1) * shape_.dilation[axis] + 1;
    extent[axis] = view.end[axis] - view.first[axis];
  }
  view.stride = {extent[1] * extent[2] * shape_.inChannels, extent[2] * shape_.inChannels, shape_.inChannels};
  const auto inside = [&](int64_t at, size_t axis) { return at >= 0 && at < shape_.in[axis]; };
  for (int64_t d = view.first[0]; d < view.end[0]; ++d)
    for (int64_t h = view.first[1]; h < view.end[1]; ++h) {
      float* out = strip_ + (d - view.first[0]) * view.stride[0] + (h - view.first[1]) * view.stride[1];
      if (inside(d, 0) && inside(h, 1))
        copyStripRow(in_ + offsetOf(conv_.in_, from.n, d, h, 0), view.first[2], extent[2], out);
      else
        std::fill(out, out + view.stride[1], 0.0f);
    }
  return view;
}

void ConvGemmRun::copyStripRow(const float* row, int64_t firstColumn, int64_t columns, float* out) const {
  const int64_t channels = shape_.inChannels, step = conv_.in_.space[2];
  const int64_t begin = std::clamp<int64_t>(-firstColumn, 0, columns);
  const int64_t end = std::clamp<int64_t>(shape_.in[2] - firstColumn, begin, columns);
  std::fill(out, out + begin * channels, 0.0f);
  std::fill(out + end * channels, out + columns * channels, 0.0f);
  for (int64_t c = 0; c < channels; ++c) {
    const float* in = row + c * conv_.in_.channel;
    for (int64_t w = begin; w < end; ++w) out[w * channels + c] = in[(firstColumn + w) * step];
  }
}

void ConvGemmRun::runBlock(const Block& block, int64_t firstUnit, int64_t endUnit) {
  const int64_t panels = conv_.panels_.panels();
  for (int64_t unit = firstUnit; unit < endUnit; ++unit) runPanel(block, unit / panels, unit % panels);
}

void ConvGemmRun::runPanel(const Block& block, int64_t group, int64_t panel) {
  const PanelLayout& layout = conv_.panels_;
  const int64_t column = group * layout.n + panel * layout.width();
  const int64_t width = int64_t{layout.lanes} * layout.vectorsOf(panel);
  const int64_t groupOffset = group * (shape_.inChannels / shape_.groups);
  const float* b = packed_ + group * layout.floats() + layout.offset(panel);
  GemmTile tile{};
  tile.cOffset = column;
  tile.columns = static_cast<int>(layout.columns(panel));
  tile.bias = epilogue_.bias ? epilogue_.bias + column : nullptr;
  tile.lo = epilogue_.lo, tile.hi = epilogue_.hi;
  for (int64_t tap = 0; tap < conv_.taps_; tap += conv_.blockTaps_) {
    tile.segments = std::min(conv_.blockTaps_, conv_.taps_ - tap);
    for (int64_t c = 0; c < conv_.tapFloats_; c += conv_.blockChannels_) {
      tile.length = std::min(conv_.blockChannels_, conv_.tapFloats_ - c);
      tile.aOffset = groupOffset + c;
      tile.b = b + (tap * conv_.tapFloats_ + c) * width;
      tile.resume = tap + c > 0;
      const bool last = tap + tile.segments == conv_.taps_ && c + tile.length == conv_.tapFloats_;
      tile.finish = last && !epilogue_.hook;
      runTiles(block, tile, conv_.kernels_->tile[layout.vectorsOf(panel)], tap, width);
    }
  }
  if (epilogue_.hook)
    epilogue_.hook(epilogue_.hookContext,
                   {epilogue_.hookFirstRow + block.row, block.rows, column, tile.columns, sums_, width});
}

void ConvGemmRun::runTiles(const Block& block, GemmTile tile, GemmTileFn const* tileFns, int64_t firstTap,
                           int64_t width) {
  for (int64_t t = 0; t < block.tiles; ++t) {
    const int64_t first = tileStart(block, t), rows = tileStart(block, t + 1) - first;
    tile.a = pointers_ + first * conv_.taps_ + firstTap * rows;
    tile.aPitch = rows;
    tile.sums = sums_ + first * width;
    tile.c = outRows_ + first;
    tile.residual = epilogue_.residual ? residualRows_ + first : nullptr;
    tileFns[rows](tile);
  }
}

}  // namespace ridge::cpu
