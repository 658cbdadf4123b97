#include "ops/ops.h"
#include "ops/recurrent/recurrence.h"

namespace ridge {
namespace {

constexpr std::string_view kFunctions[] = {"Tanh"};
constexpr RecurrentKind kKind{.gates = 1, .activations = kFunctions};

using Shared = RecurrentTable<RnnAttributes, kKind>;

void reference(KernelContext& k) {
  const RecurrentForm& form = Shared::formOf(k.node());
  const Activations activations = activationsOf(form, kKind);
  Recurrence recurrence(k, form, kKind);
  const int64_t hidden = recurrence.shape().hidden;
  recurrence.run([&](int64_t step) {
    recurrence.multiply(false, 0, hidden);
    recurrence.lastRows(step, [&](const Recurrence::Row& row) {
      const Activation& f = activations[static_cast<size_t>(row.direction)];
      for (int64_t at = 0; at < hidden; ++at)
        row.state[at] = f(row.projected[at] + row.products[at] + row.recurrentBias[at]);
    });
  });
}

}  // namespace

constinit const Op ops::rnn{.name = "RNN",
                            .since = 7,
                            .sinceFor = Shared::since,
                            .minInputs = 3,
                            .maxInputs = 6,
                            .minOutputs = 0,
                            .maxOutputs = 2,
                            .attributes = RnnAttributes::read,
                            .infer = Shared::infer,
                            .reference = reference,
                            .scratch = Shared::scratch,
                            .cost = Shared::cost};

}  // namespace ridge
