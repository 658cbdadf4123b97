// What LSTM, GRU and RNN share: inference, activations, and the walk over steps with its matrix products.
#pragma once

#include <array>
#include <span>
#include <string_view>

#include "ops/infer.h"
#include "ops/recurrent/recurrent.h"
#include "ops/reference_support.h"

namespace ridge {

/// What tells the three apart.
struct RecurrentKind {
  int64_t gates = 1;
  std::span<const std::string_view> activations;  ///< of one direction
  bool hasCell = false;                           ///< a second state: inputs 6 and 7, output 2
};

void inferRecurrent(InferContext& c, const RecurrentForm& form, const RecurrentKind& kind);
size_t recurrentScratch(const Node& node, const Graph& graph, const RecurrentForm& form,
                        const RecurrentKind& kind);
Cost recurrentCost(const Node& node, const Graph& graph, const RecurrentForm& form,
                   const RecurrentKind& kind);
int sinceRecurrent(const Node& node, const Graph& graph, const RecurrentForm& form);

/// The entries of an op's table that its attributes and its kind settle.
template <class Attributes, const RecurrentKind& kind>
struct RecurrentTable {
  static const RecurrentForm& formOf(const Node& node) { return node.as<Attributes>(); }
  static void infer(InferContext& c) { inferRecurrent(c, formOf(c.node()), kind); }
  static size_t scratch(const Node& node, const Graph& graph) {
    return recurrentScratch(node, graph, formOf(node), kind);
  }
  static Cost cost(const Node& node, const Graph& graph) {
    return recurrentCost(node, graph, formOf(node), kind);
  }
  static int since(const Node& node, const Graph& graph) { return sinceRecurrent(node, graph, formOf(node)); }
};

/// One of the functions that ONNX names, with its parameters.
struct Activation {
  enum class Kind {
    affine,
    elu,
    hardSigmoid,
    leakyRelu,
    relu,
    scaledTanh,
    sigmoid,
    softplus,
    softsign,
    tanh,
    thresholdedRelu
  };
  Kind kind = Kind::tanh;
  double alpha = 0, beta = 0;
  double clip = 0;  ///< of a gate's argument

  double operator()(double x) const;   ///< of a gate
  double withoutClip(double x) const;  ///< of a cell, as ONNX Runtime has it
};
using Activations = std::array<Activation, 6>;  ///< [direction][gate]

/// Throws Error{input} for names that ONNX does not know and for too few of them.
Activations activationsOf(const RecurrentForm& form, const RecurrentKind& kind);

struct RecurrentShape {
  int64_t directions = 1, steps = 0, batch = 0, input = 0, hidden = 0, gates = 1;
  int64_t chunk = 1;  ///< steps whose inputs are projected together

  /// Of the dimensions of X and R.
  RecurrentShape(const RecurrentForm& form, const RecurrentKind& kind, std::span<const int64_t> data,
                 std::span<const int64_t> recurrence);
  int64_t rows() const { return directions * batch; }
  int64_t width() const { return gates * hidden; }
};

/// The run of one node. States and products are doubles in the kernel's scratch; all directions advance
/// together.
class Recurrence {
 public:
  /// Loads weights and initial states. Throws Error{input} for sequence lengths that do not exist.
  Recurrence(const KernelContext& k, const RecurrentForm& form, const RecurrentKind& kind);

  /// One sequence in one direction: arrays of `width` or `hidden` doubles.
  struct Row {
    int64_t direction;
    const double* projected;      ///< X W^T + Wb of this step
    double* products;             ///< what `multiply` made
    const double* recurrentBias;  ///< Rb
    const double* peepholes;      ///< 3 * hidden
    double* state;                ///< H
    double* cell;                 ///< C, or the op's own
  };

  const RecurrentShape& shape() const { return shape_; }
  /// Calls step(index) for all steps in turn.
  template <class Step>
  void run(Step&& step) {
    for (int64_t first = 0; first < shape_.steps; first += shape_.chunk) {
      project(first);
      for (int64_t at = first; at < std::min(shape_.steps, first + shape_.chunk); ++at) step(at);
    }
    finish();
  }
  /// products[first, first + columns) = state (or cell) times those columns of R^T, for all rows.
  void multiply(bool cell, int64_t first, int64_t columns);
  /// Calls fn(Row) in parallel for the sequences that have this step.
  template <class Fn>
  void rows(int64_t step, Fn&& fn) {
    parallelRanges(shape_.rows(), 1, [&](int64_t begin, int64_t end) {
      for (int64_t row = begin; row < end; ++row)
        if (step < length(row % shape_.batch)) fn(rowAt(step, row));
    });
  }
  /// The same, after which the row's state is final and goes into Y.
  template <class Fn>
  void lastRows(int64_t step, Fn&& fn) {
    rows(step, [&](const Row& row) {
      fn(row);
      emit(step, row);
    });
  }

 private:
  void project(int64_t first);
  void finish();
  void loadState(size_t input, double* state);
  void storeState(size_t output, const double* state);
  void emit(int64_t step, const Row& row);
  Row rowAt(int64_t step, int64_t row) const;
  int64_t length(int64_t batch) const;
  int64_t timeOf(int64_t direction, int64_t batch, int64_t step) const;
  int64_t stateAt(int64_t row) const;  ///< of the row in initial_h and Y_h

  const KernelContext& k_;
  const RecurrentForm& form_;
  const RecurrentShape shape_;
  double *weights_, *inputBias_, *recurrentBias_, *peepholes_, *projected_, *products_, *state_, *cell_;
  int64_t chunkFirst_ = 0;
};

}  // namespace ridge
