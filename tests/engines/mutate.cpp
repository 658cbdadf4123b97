#include "mutate.h"

#include <array>
#include <limits>

namespace ridge::test {

namespace {

class Mutator {
 public:
  Mutator(Plan& plan, std::mt19937& random) : plan_(plan), random_(random) {}

  void once() {
    switch (pick(16)) {
      case 0:
        if (!plan_.arrays.empty()) array(any(plan_.arrays).array);
        return;
      case 1:
        if (!plan_.values.empty()) dims(any(plan_.values).dims);
        return;
      case 2:
        if (!plan_.arrays.empty()) any(plan_.arrays).value = small();
        return;
      case 3:
        port();
        return;
      case 4:
        pick(2) ? plan_.arenaBytes = amount() : plan_.workspaceBytes = amount();
        return;
      case 5:
        memory();
        return;
      case 6:
        if (!plan_.decisions.empty()) decision(any(plan_.decisions));
        return;
      default:
        if (!plan_.steps.empty()) step(any(plan_.steps));
    }
  }

 private:
  size_t pick(size_t choices) { return random_() % choices; }
  template <class T>
  T& any(std::vector<T>& items) {
    return items[pick(items.size())];
  }

  int64_t number() {
    static constexpr std::array<int64_t, 16> kSpecial{
        0,       1,       -1,        2,         3,  7,         8,         64,
        1 << 16, 1 << 30, INT32_MAX, INT32_MIN, -2, 1LL << 33, INT64_MAX, INT64_MIN};
    return kSpecial[pick(kSpecial.size())];
  }
  int32_t small() { return static_cast<int32_t>(pick(3) ? pick(12) : static_cast<size_t>(number())); }
  /// Not so large that a machine runs out of memory for it.
  uint64_t amount() { return pick(4) == 0 ? UINT64_MAX - pick(70) : pick(1 << 20); }

  void dims(Dims& list) {
    if (list.empty() || pick(8) == 0)
      list.push_back(number());
    else if (pick(8) == 0)
      list.pop_back();
    else if (pick(2))
      any(list) += pick(2) ? 1 : -1;
    else
      any(list) = number();
  }

  void array(ArraySpec& spec) {
    switch (pick(7)) {
      case 0:
        spec.at.space = static_cast<Space>(pick(5));
        return;
      case 1:
        spec.at.index = small();
        return;
      case 2:
        spec.at.offset = pick(2) ? spec.at.offset + 4 * pick(1000) : amount();
        return;
      case 3:
        spec.type = static_cast<DType>(pick(16));
        return;
      case 4:
        dims(spec.strides);
        return;
      case 5:  // as large as before, but all in one place
        spec.strides.assign(spec.dims.size(), 0);
        return;
      default:
        dims(spec.dims);
    }
  }

  void arrays(std::vector<ArraySpec>& list) {
    if (list.empty()) return list.push_back({});
    if (pick(6) == 0) return list.pop_back();
    if (pick(6) == 0) return list.push_back(any(list));
    if (pick(6) == 0) return std::swap(any(list), any(list));
    array(any(list));
  }

  void expression(Expr& expr) {
    switch (pick(6)) {
      case 0:
        if (!expr.code.empty()) any(expr.code).op = static_cast<ExprOp>(pick(23));
        return;
      case 1:
        if (!expr.code.empty()) any(expr.code).a = static_cast<uint16_t>(pick(8));
        return;
      case 2:
        if (!expr.in.empty()) any(expr.in).value = small();
        return;
      case 3:
        if (!expr.in.empty()) any(expr.in).axes = static_cast<AxisMask>(pick(32));
        return;
      case 4:
        if (!expr.out.empty()) any(expr.out).value = small();
        return;
      default:
        if (!expr.out.empty()) any(expr.out).instr = static_cast<uint16_t>(pick(8));
    }
  }

  void decision(Decision& decision) {
    switch (pick(4)) {
      case 0:
        decision.kind = static_cast<DecisionKind>(pick(256));
        return;
      case 1:
        decision.step = small();
        return;
      case 2:
        decision.measuredNs = pick(2) ? std::numeric_limits<double>::quiet_NaN() : -1;
        return;
      default:
        decision.bytes = amount();
    }
  }

  void nodes(std::vector<NodeSpec>& list) {
    if (list.empty()) return;
    NodeSpec& node = any(list);
    auto& indexes = pick(2) ? node.in : node.out;
    if (pick(3) == 0)
      node.op = any(any(plan_.steps).ops);
    else if (!indexes.empty() && pick(2))
      indexes.pop_back();
    else if (!indexes.empty())
      any(indexes) = static_cast<int32_t>(pick(5)) - 1;
  }

  void port() {
    auto& list = pick(2) ? plan_.inputs : plan_.outputs;
    if (list.empty()) return;
    if (pick(3) == 0)
      list.pop_back();
    else
      any(list).array = small();
  }

  void memory() {
    if (plan_.memories.empty()) {
      if (!plan_.steps.empty()) any(plan_.steps).kernel.memory = small();
      return;
    }
    PlannedMemory& memory = any(plan_.memories);
    switch (pick(4)) {
      case 0:
        plan_.memories.pop_back();
        return;
      case 1:
        memory.arenaBytes = amount();
        return;
      case 2:
        memory.workspaceBytes = amount();
        return;
      default:
        any(plan_.steps).kernel.memory = static_cast<int32_t>(pick(3));
    }
  }

  void slicing(std::vector<Slicing>& list) {
    if (list.empty() || pick(4) == 0) return list.push_back({small(), pick(2) == 0});
    any(list).axis = small();
  }

  void control(Step& step) {
    ridge::Control& control = *step.control;
    switch (pick(8)) {
      case 0:
        control.loops = !control.loops;
        return;
      case 1:
        control.counts = !control.counts;
        return;
      case 2:
        control.states = small();
        return;
      case 3:
        control.iterations = number();
        return;
      case 4:
        return slicing(pick(2) ? control.scanned : control.collected);
      case 5:
        if (!control.out.empty()) any(control.out) = small();
        return;
      case 6:
        if (!step.bodies.empty()) step.bodies.pop_back();
        return;
      default:
        if (!step.bodies.empty()) Mutator(any(step.bodies), random_).once();
    }
  }

  void step(Step& step) {
    if (step.control && pick(3)) return control(step);
    KernelSpec& kernel = step.kernel;
    switch (pick(10)) {
      case 0:
      case 1:
        return arrays(kernel.in);
      case 2:
        return arrays(kernel.out);
      case 3:
        return arrays(kernel.packed);
      case 4:
        if (!kernel.params.empty()) any(kernel.params) = number();
        return;
      case 5:
        return expression(kernel.epilogue);
      case 6:
        kernel.workspace = amount();
        return;
      case 7:
        kernel.tactic = any(plan_.steps).kernel.tactic;
        return;
      case 8:
        return nodes(kernel.nodes);
      default: {
        auto& list = pick(2) ? step.reads : step.writes;
        if (!list.empty()) any(list) = small();
      }
    }
  }

  Plan& plan_;
  std::mt19937& random_;
};

}  // namespace

void mutate(Plan& plan, std::mt19937& random) {
  Mutator mutator(plan, random);
  for (size_t count = 1 + random() % 3; count > 0; --count) mutator.once();
}

}  // namespace ridge::test
