#include "cpu/kernels/pointwise/pointwise.h"

#include <algorithm>

#include "base/error.h"

namespace ridge::cpu {
namespace {

PointwiseStepFn stepFor(const PointwiseKernels& kernels, ExprOp op) {
  switch (op) {
#define RIDGE_POINTWISE(name, sources, expression) \
  case ExprOp::name:                               \
    return kernels.name;
#include "cpu/kernels/pointwise/kernels.inc"
#undef RIDGE_POINTWISE
    case ExprOp::operand:
    case ExprOp::constant:
      break;
  }
  return nullptr;
}

/// For each instruction, the last one that reads it; outputs are read after the end.
std::vector<size_t> lastUses(const Expr& expr) {
  std::vector<size_t> last(expr.code.size(), 0);
  for (size_t at = 0; at < expr.code.size(); ++at) {
    const Instr& instr = expr.code[at];
    const std::array<uint16_t, 3> sources{instr.a, instr.b, instr.c};
    for (size_t s = 0; s < static_cast<size_t>(arity(instr.op)); ++s) last[sources[s]] = at;
  }
  for (const ExprOutput& output : expr.out) last[output.instr] = expr.code.size();
  return last;
}

void gather(const PointwiseInput& in, int64_t row, int64_t rows, int64_t column, int64_t columns,
            float* out) {
  for (int64_t r = row; r < row + rows; ++r, out += columns) {
    const float* from = in.data + r * in.rowStride + column * in.columnStride;
    if (in.columnStride == 1)
      std::copy(from, from + columns, out);
    else if (in.columnStride == 0)
      std::fill(out, out + columns, *from);
    else
      for (int64_t c = 0; c < columns; ++c) out[c] = from[c * in.columnStride];
  }
}

void scatter(const float* in, int64_t row, int64_t rows, int64_t column, int64_t columns,
             const PointwiseOutput& out) {
  for (int64_t r = row; r < row + rows; ++r, in += columns) {
    float* to = out.data + r * out.rowStride + column * out.columnStride;
    if (out.columnStride == 1)
      std::copy(in, in + columns, to);
    else
      for (int64_t c = 0; c < columns; ++c) to[c * out.columnStride] = in[c];
  }
}

}  // namespace

struct PointwiseProgram::Registers {
  const float** at;  ///< where the values of each register lie now
  float* slots;

  float* slot(size_t index) const { return slots + index * static_cast<size_t>(kTile); }
};

struct PointwiseProgram::Tile {
  int64_t row, rows, column, columns;
  bool first;

  int64_t elements() const { return rows * columns; }
  /// The tile is one run of memory under these strides.
  bool dense(int64_t rowStride, int64_t columnStride) const {
    return columnStride == 1 && (rows == 1 || rowStride == columns);
  }
};

PointwiseProgram::PointwiseProgram(const Expr& expr, Isa isa)
    : inputs_(expr.in.size()), constants_(expr.constants) {
  check(problemOf(expr).empty(), "an expression is checked before it is decoded");
  assignRegisters(expr, isa);
}

void PointwiseProgram::assignRegisters(const Expr& expr, Isa isa) {
  const PointwiseKernels& kernels = pointwiseKernels(isa);
  const std::vector<size_t> last = lastUses(expr);
  std::vector<uint16_t> home(expr.code.size(), 0), free;
  size_t count = inputs_ + constants_.size();
  for (size_t at = 0; at < expr.code.size(); ++at) {
    const Instr& instr = expr.code[at];
    if (instr.op == ExprOp::operand || instr.op == ExprOp::constant) {
      home[at] = static_cast<uint16_t>(instr.a + (instr.op == ExprOp::constant ? inputs_ : 0));
      continue;
    }
    // Registers whose last reader is this step may receive its result: steps work element by element.
    const std::array<uint16_t, 3> sources{instr.a, instr.b, instr.c};
    const auto sourceCount = static_cast<size_t>(arity(instr.op));
    Step step{stepFor(kernels, instr.op), 0, home[instr.a], sourceCount > 1 ? home[instr.b] : uint16_t{0},
              sourceCount > 2 ? home[instr.c] : uint16_t{0}};
    for (size_t s = 0; s < sourceCount; ++s) {
      const uint16_t r = home[sources[s]];
      const bool temporary = r >= inputs_ + constants_.size();
      if (temporary && last[sources[s]] == at && std::find(free.begin(), free.end(), r) == free.end())
        free.push_back(r);
    }
    if (free.empty()) free.push_back(static_cast<uint16_t>(count++));
    step.out = home[at] = free.back();
    free.pop_back();
    if (last[at] == 0) free.push_back(home[at]);  // nobody reads it
    steps_.push_back(step);
  }
  for (const ExprOutput& output : expr.out) results_.push_back(home[output.instr]);
  slots_ = pointers_ = count;
  pointers_ = (pointers_ + 7) / 8 * 8;
}

void PointwiseProgram::run(int64_t rows, int64_t columns, const PointwiseInput* in,
                           const PointwiseOutput* out, std::byte* scratch) const {
  if (rows <= 0 || columns <= 0) return;
  const Registers registers{reinterpret_cast<const float**>(scratch),
                            reinterpret_cast<float*>(scratch + pointers_ * sizeof(float*))};
  for (size_t r = 0; r < slots_; ++r) registers.at[r] = registers.slot(r);
  const int64_t tileColumns = std::min(columns, kTile), tileRows = std::min(rows, kTile / tileColumns);
  for (size_t c = 0; c < constants_.size(); ++c)
    std::fill_n(registers.slot(inputs_ + c), tileRows * tileColumns, constants_[c]);
  Tile tile{0, 0, 0, 0, true};
  for (; tile.row < rows; tile.row += tile.rows) {
    tile.rows = std::min(tileRows, rows - tile.row);
    for (tile.column = 0; tile.column < columns; tile.column += tile.columns, tile.first = false) {
      tile.columns = std::min(tileColumns, columns - tile.column);
      runTile(registers, tile, in, out);
    }
  }
}

void PointwiseProgram::runTile(const Registers& registers, const Tile& tile, const PointwiseInput* in,
                               const PointwiseOutput* out) const {
  for (size_t i = 0; i < inputs_; ++i) {
    const PointwiseInput& input = in[i];
    const bool scalar = input.rowStride == 0 && input.columnStride == 0;
    const bool sameInAllTiles = scalar || (input.rowStride == 0 && tile.column == 0 && tile.columns < kTile);
    // With several outputs, one in place may overwrite what a passed-through operand still has to give.
    if (results_.size() == 1 && tile.dense(input.rowStride, input.columnStride)) {
      registers.at[i] = input.data + tile.row * input.rowStride + tile.column;
    } else if (tile.first || !sameInAllTiles) {
      gather(input, tile.row, tile.rows, tile.column, tile.columns, registers.slot(i));
      registers.at[i] = registers.slot(i);
    }
  }
  const int64_t count = tile.elements();
  const bool direct = results_.size() == 1 && !steps_.empty() && steps_.back().out == results_[0] &&
                      tile.dense(out[0].rowStride, out[0].columnStride);
  for (size_t s = 0; s < steps_.size(); ++s) {
    const Step& step = steps_[s];
    const bool last = direct && s + 1 == steps_.size();
    float* to = last ? out[0].data + tile.row * out[0].rowStride + tile.column : registers.slot(step.out);
    step.run(to, registers.at[step.a], registers.at[step.b], registers.at[step.c], count);
  }
  if (direct) return;
  for (size_t i = 0; i < results_.size(); ++i)
    scatter(registers.at[results_[i]], tile.row, tile.rows, tile.column, tile.columns, out[i]);
}

}  // namespace ridge::cpu
