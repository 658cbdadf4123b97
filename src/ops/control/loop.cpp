// Loop: a body runs a number of times, or as long as a condition holds.
#include <limits>

#include "base/error.h"
#include "ops/control/control.h"
#include "ops/ops.h"

namespace ridge::ops {
namespace {

constexpr std::string_view kBodies[] = {"body"};

// Inputs: trip count, condition, carried values. Body: iteration, condition, carried -> condition, carried,
// collected.
constexpr size_t kFirst = 2;

// Some exporters declare the iteration and the condition as vectors of one element.
bool isVector(const Graph& body, size_t input) {
  const Shape& shape = body.value(body.inputs()[input]).shape;
  return shape.ranked() && shape.rank() == 1;
}

ValueType single(const InferContext& c, size_t input, DType type) {
  const Graph& body = *c.node().bodies[0];
  c.require(body.inputs().size() >= kFirst, "its body has fewer than two inputs");
  return {.type = type, .shape = isVector(body, input) ? Shape({Dim(1)}) : Shape::scalar()};
}

Shape stacked(const Shape& slice, Dim count) {
  if (!slice.ranked()) return {};
  std::vector<Dim> dims = slice.dims();
  dims.insert(dims.begin(), count);
  return Shape(std::move(dims));
}

/// The body's condition is always true, if the first is: a constant, or the one that it is given.
bool goesOn(const Graph& body) {
  ValueId id = body.outputs()[0].value;
  for (NodeId maker = body.producer(id); maker != kNoNode; maker = body.producer(id)) {
    if (body.node(maker).op != &identity) return false;
    id = body.node(maker).in[0];
  }
  if (id == body.inputs()[1]) return true;
  const Tensor* condition = body.constant(id);
  return condition && condition->type() == DType::boolean && condition->count() == 1 &&
         condition->as<uint8_t>()[0] != 0;
}

void infer(InferContext& c) {
  c.require(c.formalCount() >= kFirst, "it has fewer than two inputs");
  const size_t carried = c.formalCount() - kFirst;
  c.require(!c.has(0) || c.type(0) == DType::undefined || c.type(0) == DType::i64,
            "the number of iterations is no int64");
  c.require(!c.has(1) || c.type(1) == DType::undefined || c.type(1) == DType::boolean,
            "the condition is no boolean");
  std::vector<ValueType> formal{single(c, 0, DType::i64), single(c, 1, DType::boolean)};
  for (size_t at = 0; at < carried; ++at) formal.push_back(c.valueType(kFirst + at));
  const auto results = inferCarried(c, formal, kFirst, carried, 1);
  c.require(results.size() == 1 + c.outputCount(), "its body does not have one output more than it has");
  for (size_t at = 0; at < carried; ++at) {
    // As ONNX types it: a loop that gives a sequence gives no optional, though it might begin with one.
    formal[kFirst + at].container = results[1 + at].container;
    c.output(at, formal[kFirst + at]);
  }
  const Tensor* starts = c.constant(1);
  const bool certain = !c.has(1) || (starts && starts->count() == 1 && starts->as<uint8_t>()[0] != 0);
  const auto trips = certain ? c.integers(0) : std::nullopt;
  const bool forEver = goesOn(*c.node().bodies[0]);
  const Dim count =
      trips && trips->size() == 1 && forEver ? Dim(std::max<int64_t>(0, trips->front())) : Dim();
  for (size_t at = carried; at < c.outputCount(); ++at) {
    const ValueType& slice = results[1 + at];
    c.require(slice.container == Container::tensor, "a value collected over the iterations is no tensor");
    c.output(at, slice.type, stacked(slice.shape, count));
  }
}

int64_t tripsOf(const EvaluateContext& c) {
  if (!c.has(0)) return std::numeric_limits<int64_t>::max();
  const Tensor& trips = c.tensor(0);
  if (trips.type() != DType::i64 || trips.count() != 1) c.fail("the number of iterations is not one int64");
  return trips.as<int64_t>()[0];
}

// The value that a scan output has in the body, for loops that never run.
const Value& bodyOutput(const EvaluateContext& c, size_t index) {
  const Graph& body = *c.node().bodies[0];
  return body.value(body.outputs()[index].value);
}

void evaluate(EvaluateContext& c) {
  const size_t carried = c.inputCount() - kFirst, collected = c.outputCount() - carried;
  const int64_t trips = tripsOf(c);
  bool go = !c.has(1) || truthOf(c, c.tensor(1));
  std::vector<Datum> values;
  for (size_t at = 0; at < carried; ++at) values.push_back(c.input(kFirst + at));
  std::vector<Stack> stacks(collected);
  const Graph& body = *c.node().bodies[0];
  const Tensor yes = fromDoubles(DType::boolean, isVector(body, 1) ? Dims{1} : Dims{}, std::vector{1.0});
  const Dims iterationDims = isVector(body, 0) ? Dims{1} : Dims{};
  for (int64_t iteration = 0; go && iteration < trips; ++iteration) {
    std::vector<Datum> formal{Tensor::scalar(iteration).reshaped(iterationDims), yes};
    formal.insert(formal.end(), values.begin(), values.end());
    std::vector<Datum> results = withContext([&] { return "iteration " + std::to_string(iteration); },
                                             [&] { return c.run(0, std::move(formal)); });
    if (results.size() != 1 + carried + collected) c.fail("the body has another number of outputs");
    go = truthOf(c, results[0].tensor);
    for (size_t at = 0; at < carried; ++at) values[at] = std::move(results[1 + at]);
    for (size_t at = 0; at < collected; ++at)
      if (c.wants(carried + at)) stacks[at].add(c, results[1 + carried + at]);
  }
  for (size_t at = 0; at < carried; ++at) c.set(at, std::move(values[at]));
  for (size_t at = 0; at < collected; ++at)
    if (c.wants(carried + at))
      c.set(carried + at, stacks[at].join(c, 0, false, bodyOutput(c, 1 + carried + at)));
}

int sinceFor(const Node& node, const Graph& graph) {
  return sinceOfValues(node, graph, 1);
}

}  // namespace

constinit const Op loop{
    .name = "Loop",
    .sinceFor = sinceFor,
    .minInputs = 0,  // both the count and the condition may be left out
    .maxInputs = -1,
    .minOutputs = 0,
    .maxOutputs = -1,
    .infer = infer,
    .evaluate = evaluate,
    .bodies = kBodies,
    .traits = kRunsBodies,
};

}  // namespace ridge::ops
