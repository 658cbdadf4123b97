// SequenceInsert, SequenceErase.
#include "ops/control/control.h"
#include "ops/sequence/sequence.h"

namespace ridge::ops {
namespace {

void inferInsert(InferContext& c) {
  requireSequence(c, 0);
  requireTensor(c, 1);
  ValueType element = elementOf(c, 0);
  // A sequence that came out empty knows no shape, so neither does the new one.
  outputSequence(c, either(c, element, c.valueType(1)));
}

void evaluateInsert(EvaluateContext& c) {
  std::vector<Tensor> tensors = c.sequence(0);
  const size_t place = c.has(2) ? positionOf(c, 2, tensors.size(), tensors.size()) : tensors.size();
  tensors.insert(tensors.begin() + static_cast<std::ptrdiff_t>(place), c.tensor(1));
  c.set(0, Datum::ofSequence(std::move(tensors)));
}

void inferErase(InferContext& c) {
  requireSequence(c, 0);
  outputSequence(c, elementOf(c, 0));
}

void evaluateErase(EvaluateContext& c) {
  std::vector<Tensor> tensors = c.sequence(0);
  if (tensors.empty()) c.fail("the sequence is empty");
  const size_t last = tensors.size() - 1;
  const size_t place = c.has(1) ? positionOf(c, 1, tensors.size(), last) : last;
  tensors.erase(tensors.begin() + static_cast<std::ptrdiff_t>(place));
  c.set(0, Datum::ofSequence(std::move(tensors)));
}

}  // namespace

constinit const Op sequenceInsert{.name = "SequenceInsert",
                                  .since = 11,
                                  .minInputs = 2,
                                  .maxInputs = 3,
                                  .infer = inferInsert,
                                  .evaluate = evaluateInsert,
                                  .traits = kHoldsSequences};

constinit const Op sequenceErase{.name = "SequenceErase",
                                 .since = 11,
                                 .minInputs = 1,
                                 .maxInputs = 2,
                                 .infer = inferErase,
                                 .evaluate = evaluateErase,
                                 .traits = kHoldsSequences};

}  // namespace ridge::ops
