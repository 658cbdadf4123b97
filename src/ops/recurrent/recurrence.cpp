#include "ops/recurrent/recurrence.h"

#include <cstring>

#include "ops/cost_support.h"
#include "ops/dot.h"

namespace ridge {
namespace {

enum Input : size_t { data, weight, recurrence, bias, lengths, initialState, initialCell, peephole };

// Offsets of the arrays in scratch, in doubles.
struct Layout {
  int64_t weights = 0, inputBias = 0, recurrentBias = 0, peepholes = 0, projected = 0, products = 0,
          state = 0, cell = 0, total = 0;

  explicit Layout(const RecurrentShape& s) {
    const int64_t perDirection = saturatingProduct(s.directions, s.width());
    const int64_t perRow = saturatingProduct(s.rows(), s.width());
    weights = take(saturatingProduct(perDirection, s.hidden));
    inputBias = take(perDirection);
    recurrentBias = take(perDirection);
    peepholes = take(saturatingProduct(3 * s.directions, s.hidden));
    projected = take(saturatingProduct(perRow, s.chunk));
    products = take(perRow);
    state = take(saturatingProduct(s.rows(), s.hidden));
    cell = take(saturatingProduct(s.rows(), s.hidden));
  }

  int64_t take(int64_t count) {
    constexpr int64_t kMost = int64_t{1} << 50;
    const int64_t offset = total;
    if (count > kMost || total > kMost) failInput("this recurrent op is too large for any memory");
    total += count;
    return offset;
  }
};

}  // namespace

RecurrentShape::RecurrentShape(const RecurrentForm& form, const RecurrentKind& kind,
                               std::span<const int64_t> dataDims, std::span<const int64_t> recurrenceDims)
    : directions(form.directions()),
      steps(dataDims[form.layout == 1 ? 1 : 0]),
      batch(dataDims[form.layout == 1 ? 0 : 1]),
      input(dataDims[2]),
      hidden(recurrenceDims[2]),
      gates(kind.gates) {
  constexpr int64_t kMostExtent = int64_t{1} << 40;  // so that sums and small multiples cannot overflow
  if (std::max({steps, batch, input, hidden}) > kMostExtent)
    failInput("this recurrent op is too large for any memory");
  constexpr int64_t kRowsTogether = 64;  // those of one block of a product
  chunk = std::clamp<int64_t>(kRowsTogether / std::max<int64_t>(1, batch), 1, std::max<int64_t>(1, steps));
}

size_t recurrentScratch(const Node& node, const Graph& graph, const RecurrentForm& form,
                        const RecurrentKind& kind) {
  const Dims data = graph.value(node.in[0]).shape.staticDims();
  const Dims recurrence = graph.value(node.in[2]).shape.staticDims();
  return static_cast<size_t>(Layout(RecurrentShape(form, kind, data, recurrence)).total) * sizeof(double);
}

Recurrence::Recurrence(const KernelContext& k, const RecurrentForm& form, const RecurrentKind& kind)
    : k_(k), form_(form), shape_(form, kind, k.input(data).dims, k.input(recurrence).dims) {
  for (size_t at = 0; at < k.inputCount(); ++at)
    if (k.has(at)) numberClassOf(k.input(at).type);
  for (int64_t at = 0; k.has(lengths) && at < shape_.batch; ++at) {
    const int64_t own = length(at);
    if (own < 0 || own > shape_.steps)
      k.fail("sequence " + std::to_string(at) + " would have " + std::to_string(own) + " of " +
             std::to_string(shape_.steps) + " steps");
  }
  auto* scratch = reinterpret_cast<double*>(k.scratch().data());
  const Layout layout(shape_);
  weights_ = scratch + layout.weights;
  inputBias_ = scratch + layout.inputBias;
  recurrentBias_ = scratch + layout.recurrentBias;
  peepholes_ = scratch + layout.peepholes;
  projected_ = scratch + layout.projected;
  products_ = scratch + layout.products;
  state_ = scratch + layout.state;
  cell_ = scratch + layout.cell;

  const int64_t width = shape_.width(), hidden = shape_.hidden;
  // R^T of each direction: rows of `width`.
  parallelRanges(shape_.directions * hidden, 1, [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; ++row)
      loadNumbers(k_.input(recurrence), row / hidden * width * hidden + row % hidden, hidden, width,
                  weights_ + row * width);
  });
  std::fill_n(inputBias_, layout.projected - layout.inputBias, 0.0);
  for (int64_t direction = 0; k.has(bias) && direction < shape_.directions; ++direction) {
    loadNumbers(k.input(bias), 2 * direction * width, 1, width, inputBias_ + direction * width);
    loadNumbers(k.input(bias), (2 * direction + 1) * width, 1, width, recurrentBias_ + direction * width);
  }
  if (k.has(peephole)) loadNumbers(k.input(peephole), 0, 1, 3 * shape_.directions * hidden, peepholes_);
  loadState(initialState, state_);
  loadState(initialCell, cell_);
  if (k.wants(0)) std::memset(k.output(0).data, 0, bytesOf(k.output(0).type, k.output(0).count()));
}

void Recurrence::loadState(size_t input, double* state) {
  std::fill_n(state, shape_.rows() * shape_.hidden, 0.0);
  for (int64_t row = 0; k_.has(input) && row < shape_.rows(); ++row)
    loadNumbers(k_.input(input), stateAt(row), 1, shape_.hidden, state + row * shape_.hidden);
}

void Recurrence::storeState(size_t output, const double* state) {
  for (int64_t row = 0; k_.wants(output) && row < shape_.rows(); ++row)
    storeNumbers(k_.output(output), stateAt(row), shape_.hidden, state + row * shape_.hidden);
}

void Recurrence::finish() {
  storeState(1, state_);
  storeState(2, cell_);
}

int64_t Recurrence::stateAt(int64_t row) const {
  const int64_t direction = row / shape_.batch, batch = row % shape_.batch;
  return (form_.layout == 1 ? batch * shape_.directions + direction : row) * shape_.hidden;
}

int64_t Recurrence::length(int64_t batch) const {
  return k_.has(lengths) ? loadNumber<int64_t>(k_.input(lengths), batch) : shape_.steps;
}

int64_t Recurrence::timeOf(int64_t direction, int64_t batch, int64_t step) const {
  return form_.reversed(direction) ? length(batch) - 1 - step : step;
}

void Recurrence::project(int64_t first) {
  chunkFirst_ = first;
  struct Matrices {
    Recurrence& self;
    void left(int64_t direction, int64_t row, int64_t depth, int64_t count, double* out) const {
      const RecurrentShape& s = self.shape_;
      const int64_t batch = row % s.batch, step = self.chunkFirst_ + row / s.batch;
      if (step >= self.length(batch)) {
        std::fill_n(out, count, 0.0);
        return;
      }
      const int64_t time = self.timeOf(direction, batch, step);
      const int64_t place = self.form_.layout == 1 ? batch * s.steps + time : time * s.batch + batch;
      loadNumbers(self.k_.input(data), place * s.input + depth, 1, count, out);
    }
    void right(int64_t direction, int64_t depth, int64_t column, int64_t count, double* out) const {
      const RecurrentShape& s = self.shape_;
      loadNumbers(self.k_.input(weight), (direction * s.width() + column) * s.input + depth, s.input, count,
                  out);
    }
    void store(int64_t direction, int64_t row, int64_t column, int64_t count, double* sums) const {
      const RecurrentShape& s = self.shape_;
      const double* bias = self.inputBias_ + direction * s.width() + column;
      double* out = self.projected_ + (direction * s.chunk * s.batch + row) * s.width() + column;
      for (int64_t at = 0; at < count; ++at) out[at] = sums[at] + bias[at];
    }
  };
  const int64_t steps = std::min(shape_.chunk, shape_.steps - first);
  dotProducts({.batches = shape_.directions,
               .rows = steps * shape_.batch,
               .columns = shape_.width(),
               .depth = shape_.input},
              Matrices{*this});
}

void Recurrence::multiply(bool cell, int64_t first, int64_t columns) {
  struct Matrices {
    const Recurrence& self;
    const double* states;
    int64_t first;
    void left(int64_t direction, int64_t row, int64_t depth, int64_t count, double* out) const {
      const RecurrentShape& s = self.shape_;
      std::copy_n(states + (direction * s.batch + row) * s.hidden + depth, count, out);
    }
    void right(int64_t direction, int64_t depth, int64_t column, int64_t count, double* out) const {
      const RecurrentShape& s = self.shape_;
      std::copy_n(self.weights_ + (direction * s.hidden + depth) * s.width() + first + column, count, out);
    }
    void store(int64_t direction, int64_t row, int64_t column, int64_t count, double* sums) const {
      const RecurrentShape& s = self.shape_;
      std::copy_n(sums, count, self.products_ + (direction * s.batch + row) * s.width() + first + column);
    }
  };
  dotProducts(
      {.batches = shape_.directions, .rows = shape_.batch, .columns = columns, .depth = shape_.hidden},
      Matrices{*this, cell ? cell_ : state_, first});
}

Recurrence::Row Recurrence::rowAt(int64_t step, int64_t row) const {
  const int64_t direction = row / shape_.batch, batch = row % shape_.batch, width = shape_.width();
  const int64_t inChunk = (direction * shape_.chunk + step - chunkFirst_) * shape_.batch + batch;
  return {.direction = direction,
          .projected = projected_ + inChunk * width,
          .products = products_ + row * width,
          .recurrentBias = recurrentBias_ + direction * width,
          .peepholes = peepholes_ + direction * 3 * shape_.hidden,
          .state = state_ + row * shape_.hidden,
          .cell = cell_ + row * shape_.hidden};
}

void Recurrence::emit(int64_t step, const Row& row) {
  if (!k_.wants(0)) return;
  const int64_t batch = (row.state - state_) / std::max<int64_t>(1, shape_.hidden) % shape_.batch;
  const int64_t time = timeOf(row.direction, batch, step);
  const int64_t place = form_.layout == 1 ? (batch * shape_.steps + time) * shape_.directions + row.direction
                                          : (time * shape_.directions + row.direction) * shape_.batch + batch;
  storeNumbers(k_.output(0), place * shape_.hidden, shape_.hidden, row.state);
}

}  // namespace ridge
