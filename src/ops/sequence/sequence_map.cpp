// SequenceMap: a body makes a tensor of sequences from each element of one.
#include "base/error.h"
#include "ops/control/control.h"
#include "ops/sequence/sequence.h"

namespace ridge::ops {
namespace {

constexpr std::string_view kBodies[] = {"body"};

void infer(InferContext& c) {
  requireSequence(c, 0);
  std::vector<ValueType> formal;
  for (size_t at = 0; at < c.formalCount(); ++at) formal.push_back(elementOf(c, at));
  std::vector<ValueType> results = c.inferBody(0, formal);
  c.require(results.size() == c.outputCount(), "its body does not have as many outputs as it has");
  for (size_t at = 0; at < results.size(); ++at) {
    c.require(results[at].container == Container::tensor, "its body gives a value that is no tensor");
    results[at].container = Container::sequence;
    results[at].contents.reset();
    c.output(at, results[at]);
  }
}

void evaluate(EvaluateContext& c) {
  const size_t length = c.sequence(0).size();
  std::vector<std::vector<Tensor>> made(c.outputCount());
  for (size_t place = 0; place < length; ++place) {
    std::vector<Datum> formal;
    for (size_t at = 0; at < c.inputCount(); ++at) {
      const auto& sequence = c.input(at).sequence;
      if (sequence && sequence->size() != length) c.fail("its sequences have different lengths");
      formal.emplace_back(sequence ? (*sequence)[place] : c.tensor(at));
    }
    const std::vector<Datum> results = withContext([&] { return "element " + std::to_string(place); },
                                                   [&] { return c.run(0, std::move(formal)); });
    if (results.size() != made.size()) c.fail("its body has another number of outputs");
    for (size_t at = 0; at < made.size(); ++at) made[at].push_back(results[at].tensor);
  }
  for (size_t at = 0; at < made.size(); ++at) c.set(at, Datum::ofSequence(std::move(made[at])));
}

}  // namespace

constinit const Op sequenceMap{.name = "SequenceMap",
                               .since = 17,
                               .maxInputs = -1,
                               .maxOutputs = -1,
                               .infer = infer,
                               .evaluate = evaluate,
                               .bodies = kBodies,
                               .traits = kHoldsSequences};

}  // namespace ridge::ops
