// SequenceAt, SequenceLength.
#include "ops/sequence/sequence.h"

namespace ridge::ops {
namespace {

void inferAt(InferContext& c) {
  requireSequence(c, 0);
  c.output(0, elementOf(c, 0));
}

void evaluateAt(EvaluateContext& c) {
  const std::vector<Tensor>& tensors = c.sequence(0);
  if (tensors.empty()) c.fail("the sequence is empty");
  c.set(0, tensors[positionOf(c, 1, tensors.size(), tensors.size() - 1)]);
}

void inferLength(InferContext& c) {
  requireSequence(c, 0);
  c.output(0, DType::i64, Shape::scalar());
}

void evaluateLength(EvaluateContext& c) {
  c.set(0, Tensor::scalar(static_cast<int64_t>(c.sequence(0).size())));
}

}  // namespace

constinit const Op sequenceAt{.name = "SequenceAt",
                              .since = 11,
                              .minInputs = 2,
                              .maxInputs = 2,
                              .infer = inferAt,
                              .evaluate = evaluateAt,
                              .traits = kHoldsSequences};

constinit const Op sequenceLength{.name = "SequenceLength",
                                  .since = 11,
                                  .infer = inferLength,
                                  .evaluate = evaluateLength,
                                  .traits = kHoldsSequences};

}  // namespace ridge::ops
