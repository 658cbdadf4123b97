#include "ops/ops.h"
#include "ops/recurrent/recurrence.h"

namespace ridge {
namespace {

constexpr std::string_view kFunctions[] = {"Sigmoid", "Tanh", "Tanh"};
constexpr RecurrentKind kKind{.gates = 4, .activations = kFunctions, .hasCell = true};

using Shared = RecurrentTable<LstmAttributes, kKind>;

// `f` opens gates, `g` makes the cell's update, `h` the output.
void advance(const Recurrence::Row& row, const Activation* functions, int64_t hidden, bool inputForget) {
  const Activation &f = functions[0], &g = functions[1], &h = functions[2];
  enum Gate : int64_t { input, output, forget, cell };
  const auto sum = [&](Gate gate, int64_t at) {
    const int64_t place = gate * hidden + at;
    return row.projected[place] + row.products[place] + row.recurrentBias[place];
  };
  const auto peephole = [&](Gate gate, int64_t at) {
    return row.peepholes[gate * hidden + at] * row.cell[at];
  };
  for (int64_t at = 0; at < hidden; ++at) {
    const double opened = f(sum(input, at) + peephole(input, at));
    const double kept = inputForget ? 1.0 - opened : f(sum(forget, at) + peephole(forget, at));
    row.cell[at] = kept * row.cell[at] + opened * g(sum(cell, at));
    row.state[at] = f(sum(output, at) + peephole(output, at)) * h.withoutClip(row.cell[at]);
  }
}

void reference(KernelContext& k) {
  const RecurrentForm& form = Shared::formOf(k.node());
  const bool inputForget = k.attrs<LstmAttributes>().inputForget;
  const Activations activations = activationsOf(form, kKind);
  Recurrence recurrence(k, form, kKind);
  const int64_t hidden = recurrence.shape().hidden;
  recurrence.run([&](int64_t step) {
    recurrence.multiply(false, 0, 4 * hidden);
    recurrence.lastRows(step, [&](const Recurrence::Row& row) {
      advance(row, activations.data() + row.direction * 3, hidden, inputForget);
    });
  });
}

}  // namespace

constinit const Op ops::lstm{.name = "LSTM",
                             .since = 7,
                             .sinceFor = Shared::since,
                             .minInputs = 3,
                             .maxInputs = 8,
                             .minOutputs = 0,
                             .maxOutputs = 3,
                             .attributes = LstmAttributes::read,
                             .infer = Shared::infer,
                             .reference = reference,
                             .scratch = Shared::scratch,
                             .cost = Shared::cost};

}  // namespace ridge
