// Optional, OptionalHasElement, OptionalGetElement.
#include <algorithm>

#include "ops/sequence/sequence.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

// What an empty optional might hold is an attribute of the file's form only; the reader gives that type to
// the output, the writer takes it from there.
void inferOptional(InferContext& c) {
  if (!c.has(0)) return;
  ValueType type = c.valueType(0);
  type.contents.reset();
  const bool sequence =
      type.container == Container::sequence || type.container == Container::optionalSequence;
  type.container = sequence ? Container::optionalSequence : Container::optional;
  c.output(0, type);
}

void evaluateOptional(EvaluateContext& c) {
  c.set(0, c.has(0) ? c.input(0) : Datum());
}

void inferHas(InferContext& c) {
  c.output(0, DType::boolean, Shape::scalar());
}

void evaluateHas(EvaluateContext& c) {
  c.set(0, fromDoubles(DType::boolean, {}, std::vector{c.has(0) ? 1.0 : 0.0}));
}

void inferGet(InferContext& c) {
  ValueType type = c.valueType(0);
  const bool sequence =
      type.container == Container::sequence || type.container == Container::optionalSequence;
  type.container = sequence ? Container::sequence : Container::tensor;
  c.output(0, type);
}

void evaluateGet(EvaluateContext& c) {
  if (!c.has(0)) c.fail("the optional is empty");
  c.set(0, c.input(0));
}

// bfloat16 and everything narrower came with opset 28.
int sinceOfElements(const Node& node, const Graph& graph) {
  constexpr SinceTable kTable{
      .base = 15, .bf16 = 28, .float8 = 28, .bits4 = 28, .float4 = 28, .float8e8m0 = 28, .bits2 = 28};
  return std::max(sinceOfType(kTable, inputType(node, graph, 0)),
                  sinceOfType(kTable, graph.value(node.out[0]).type));
}

// Since opset 18 the input may be no optional, or nothing at all.
int sinceFor(const Node& node, const Graph& graph) {
  if (node.in.empty() || node.in[0] == kNoValue) return 18;
  const Container container = graph.value(node.in[0]).container;
  const bool isOptional = container == Container::optional || container == Container::optionalSequence;
  return std::max(isOptional ? 15 : 18, sinceOfElements(node, graph));
}

}  // namespace

constinit const Op optional{.name = "Optional",
                            .since = 15,
                            .sinceFor = sinceOfElements,
                            .minInputs = 0,
                            .maxInputs = 1,
                            .infer = inferOptional,
                            .evaluate = evaluateOptional,
                            .traits = kHoldsSequences};

constinit const Op optionalHasElement{.name = "OptionalHasElement",
                                      .since = 18,
                                      .sinceFor = sinceFor,
                                      .minInputs = 0,
                                      .maxInputs = 1,
                                      .infer = inferHas,
                                      .evaluate = evaluateHas,
                                      .traits = kHoldsSequences};

constinit const Op optionalGetElement{.name = "OptionalGetElement",
                                      .since = 18,
                                      .sinceFor = sinceFor,
                                      .infer = inferGet,
                                      .evaluate = evaluateGet,
                                      .traits = kHoldsSequences};

}  // namespace ridge::ops
