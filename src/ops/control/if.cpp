// If: one of two bodies runs.
#include <algorithm>
#include <optional>

#include "base/error.h"
#include "ops/control/control.h"
#include "ops/ops.h"

namespace ridge::ops {
namespace {

constexpr std::string_view kBodies[] = {"else_branch", "then_branch"};

using Branch = std::vector<ValueType>;

// Of the branches that may be taken: one whose shapes contradict each other fails when it is entered, and
// says nothing.
std::vector<Branch> inferBranches(InferContext& c, std::optional<bool> condition) {
  std::vector<Branch> branches;
  std::optional<Error> contradiction;
  for (const size_t body : {size_t{1}, size_t{0}}) {
    if (condition && *condition != (body == 1)) continue;
    c.require(c.node().bodies[body]->outputs().size() == c.outputCount(),
              "its branches do not have as many outputs as it has");
    try {
      branches.push_back(c.inferBody(body, {}));
    } catch (const Error& error) {
      if (error.code() != ErrorCode::input) throw;
      contradiction = error;
    }
  }
  if (branches.empty()) throw *contradiction;
  return branches;
}

void infer(InferContext& c) {
  c.require(c.type(0) == DType::undefined || c.type(0) == DType::boolean, "the condition is no boolean");
  if (c.shape(0).isStatic()) c.require(*c.shape(0).count() == 1, "the condition has not one element");
  const Tensor* known = c.constant(0);
  const auto certain =
      known && known->count() == 1 ? std::optional(known->as<uint8_t>()[0] != 0) : std::nullopt;
  const std::vector<Branch> branches = inferBranches(c, certain);
  for (size_t at = 0; at < c.outputCount(); ++at) {
    ValueType type = branches.front()[at];
    for (const Branch& other : branches) type = either(c, type, other[at]);
    c.output(at, type);
  }
}

void evaluate(EvaluateContext& c) {
  const size_t body = truthOf(c, c.tensor(0)) ? 1 : 0;
  std::vector<Datum> results =
      withContext([&] { return std::string(kBodies[body]); }, [&] { return c.run(body, {}); });
  if (results.size() != c.outputCount()) c.fail("the branch has another number of outputs than the node");
  for (size_t at = 0; at < results.size(); ++at) c.set(at, std::move(results[at]));
}

// Until opset 10 both branches had to give the same shapes.
bool shapesDiffer(const Node& node) {
  const Graph &one = *node.bodies[0], &other = *node.bodies[1];
  for (size_t at = 0; at < std::min(one.outputs().size(), other.outputs().size()); ++at) {
    const Shape &a = one.value(one.outputs()[at].value).shape,
                &b = other.value(other.outputs()[at].value).shape;
    if (a.isStatic() && b.isStatic() && a != b) return true;
  }
  return false;
}

int sinceFor(const Node& node, const Graph& graph) {
  return std::max(sinceOfValues(node, graph, 1), shapesDiffer(node) ? 11 : 1);
}

}  // namespace

constinit const Op ifOf{
    .name = "If",
    .sinceFor = sinceFor,
    .minOutputs = 0,
    .maxOutputs = -1,
    .infer = infer,
    .evaluate = evaluate,
    .bodies = kBodies,
    .traits = kRunsBodies,
};

}  // namespace ridge::ops
