#include "ops/ops.h"
#include "ops/recurrent/recurrence.h"

namespace ridge {
namespace {

constexpr std::string_view kFunctions[] = {"Sigmoid", "Tanh"};
constexpr RecurrentKind kKind{.gates = 3, .activations = kFunctions};

using Shared = RecurrentTable<GruAttributes, kKind>;

// The update and reset gates, in place of their products.
void openGates(const Recurrence::Row& row, const Activation& f, int64_t hidden) {
  for (int64_t at = 0; at < 2 * hidden; ++at)
    row.products[at] = f(row.projected[at] + row.products[at] + row.recurrentBias[at]);
}

// state = (1 - update) * hidden gate + update * state; `recurrent` is the hidden gate's part from the state.
template <class Recurrent>
void advance(const Recurrence::Row& row, const Activation& g, int64_t hidden, Recurrent&& recurrent) {
  for (int64_t at = 0; at < hidden; ++at) {
    const double update = row.products[at];
    const double fresh = g(row.projected[2 * hidden + at] + recurrent(at));
    row.state[at] = (1.0 - update) * fresh + update * row.state[at];
  }
}

void reference(KernelContext& k) {
  const RecurrentForm& form = Shared::formOf(k.node());
  const bool linearBeforeReset = k.attrs<GruAttributes>().linearBeforeReset;
  const Activations activations = activationsOf(form, kKind);
  Recurrence recurrence(k, form, kKind);
  const int64_t hidden = recurrence.shape().hidden;
  const auto function = [&](const Recurrence::Row& row, size_t which) {
    return activations[static_cast<size_t>(row.direction) * 2 + which];
  };
  recurrence.run([&](int64_t step) {
    if (linearBeforeReset) {
      recurrence.multiply(false, 0, 3 * hidden);
      recurrence.lastRows(step, [&](const Recurrence::Row& row) {
        openGates(row, function(row, 0), hidden);
        const double *reset = row.products + hidden, *product = row.products + 2 * hidden,
                     *bias = row.recurrentBias + 2 * hidden;
        advance(row, function(row, 1), hidden,
                [&](int64_t at) { return reset[at] * (product[at] + bias[at]); });
      });
      return;
    }
    recurrence.multiply(false, 0, 2 * hidden);
    recurrence.rows(step, [&](const Recurrence::Row& row) {
      openGates(row, function(row, 0), hidden);
      for (int64_t at = 0; at < hidden; ++at) row.cell[at] = row.products[hidden + at] * row.state[at];
    });
    recurrence.multiply(true, 2 * hidden, hidden);
    recurrence.lastRows(step, [&](const Recurrence::Row& row) {
      const double *product = row.products + 2 * hidden, *bias = row.recurrentBias + 2 * hidden;
      advance(row, function(row, 1), hidden, [&](int64_t at) { return product[at] + bias[at]; });
    });
  });
}

}  // namespace

constinit const Op ops::gru{.name = "GRU",
                            .since = 7,
                            .sinceFor = Shared::since,
                            .minInputs = 3,
                            .maxInputs = 6,
                            .minOutputs = 0,
                            .maxOutputs = 2,
                            .attributes = GruAttributes::read,
                            .infer = Shared::infer,
                            .reference = reference,
                            .scratch = Shared::scratch,
                            .cost = Shared::cost};

}  // namespace ridge
