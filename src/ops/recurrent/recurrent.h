// Attributes of LSTM, GRU and RNN.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ir/graph.h"

namespace ridge {

/// What the three have in common. Inputs X, W, R, B, sequence_lens, initial_h; outputs Y, Y_h.
struct RecurrentForm {
  std::string direction = "forward";     ///< "forward", "reverse", "bidirectional"
  std::optional<int64_t> hiddenSize;     ///< R says it too
  std::vector<std::string> activations;  ///< of all gates of each direction; none: the op's own
  std::vector<float> alpha, beta;        ///< taken in order by those activations that have such a parameter
  std::optional<float> clip;             ///< bounds what goes into activations
  int64_t layout = 0;                    ///< 0: X is [length, batch, input]; 1: [batch, length, input]

  int64_t directions() const { return direction == "bidirectional" ? 2 : 1; }
  bool reversed(int64_t which) const { return which == 1 || direction == "reverse"; }

 protected:
  template <class Self, class V>
  static void visitForm(Self& self, V& v) {
    v("activation_alpha", self.alpha);
    v("activation_beta", self.beta);
    v("activations", self.activations);
    v("clip", self.clip);
    v("direction", self.direction);
    v("hidden_size", self.hiddenSize);
    v("layout", self.layout);
  }
};

struct RnnAttributes : AttributesOf<RnnAttributes>, RecurrentForm {
  template <class Self, class V>
  static void visit(Self& self, V& v) {
    visitForm(self, v);
  }
};

/// Gates in order: update, reset, hidden.
struct GruAttributes : AttributesOf<GruAttributes>, RecurrentForm {
  bool linearBeforeReset = false;  ///< the reset gate scales the product, not what goes into it

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    visitForm(self, v);
    v("linear_before_reset", self.linearBeforeReset);
  }
};

/// Gates in order: input, output, forget, cell. More inputs: initial_c, P (peepholes of the first three
/// gates); one more output: Y_c.
struct LstmAttributes : AttributesOf<LstmAttributes>, RecurrentForm {
  bool inputForget = false;  ///< the forget gate is 1 - the input gate

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    visitForm(self, v);
    v("input_forget", self.inputForget);
  }
};

}  // namespace ridge
