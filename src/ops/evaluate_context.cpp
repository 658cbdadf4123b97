#include "ops/evaluate_context.h"

#include "base/error.h"
#include "base/interrupt.h"
#include "ops/evaluate.h"

namespace ridge {

const Tensor& EvaluateContext::tensor(size_t index) const {
  if (!has(index) || !inputs_[index].tensor.defined())
    fail("input " + std::to_string(index) + " is no tensor");
  return inputs_[index].tensor;
}

const std::vector<Tensor>& EvaluateContext::sequence(size_t index) const {
  if (!has(index) || !inputs_[index].sequence) fail("input " + std::to_string(index) + " is no sequence");
  return *inputs_[index].sequence;
}

std::vector<Datum> EvaluateContext::run(size_t body, std::vector<Datum> formal) const {
  throwIfInterrupted();
  formal.insert(formal.end(), inputs_.end() - node_.captures, inputs_.end());
  return evaluateBody(*node_.bodies[body], formal);
}

void EvaluateContext::fail(std::string sentence) const {
  failInput(std::move(sentence));
}

}  // namespace ridge
