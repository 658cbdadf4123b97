// SequenceConstruct, SequenceEmpty.
#include "ops/control/control.h"
#include "ops/sequence/sequence.h"

namespace ridge::ops {
namespace {

struct EmptyAttributes : AttributesOf<EmptyAttributes> {
  int64_t type = static_cast<int64_t>(DType::f32);

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("dtype", self.type);
  }
};

void inferConstruct(InferContext& c) {
  ValueType element = c.valueType(0);
  for (size_t at = 0; at < c.inputCount(); ++at) {
    requireTensor(c, at);
    element = either(c, element, c.valueType(at));
  }
  outputSequence(c, element);
}

void evaluateConstruct(EvaluateContext& c) {
  std::vector<Tensor> tensors;
  for (size_t at = 0; at < c.inputCount(); ++at) tensors.push_back(c.tensor(at));
  c.set(0, Datum::ofSequence(std::move(tensors)));
}

void inferEmpty(InferContext& c) {
  const int64_t type = c.attrs<EmptyAttributes>().type;
  c.require(type > 0 && type < 256 && isKnown(static_cast<DType>(type)), "dtype is not known");
  outputSequence(c, {.type = static_cast<DType>(type)});
}

void evaluateEmpty(EvaluateContext& c) {
  c.set(0, Datum::ofSequence({}));
}

}  // namespace

constinit const Op sequenceConstruct{.name = "SequenceConstruct",
                                     .since = 11,
                                     .maxInputs = -1,
                                     .infer = inferConstruct,
                                     .evaluate = evaluateConstruct,
                                     .traits = kHoldsSequences};

constinit const Op sequenceEmpty{.name = "SequenceEmpty",
                                 .since = 11,
                                 .minInputs = 0,
                                 .maxInputs = 0,
                                 .attributes = EmptyAttributes::read,
                                 .infer = inferEmpty,
                                 .evaluate = evaluateEmpty,
                                 .traits = kHoldsSequences};

}  // namespace ridge::ops
