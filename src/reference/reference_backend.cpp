#include "reference/reference_backend.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "plan/check_spec.h"
#include "reference/steps.h"

namespace ridge {

namespace {

// A node that nothing else runs is slow whatever the estimate says; this only has to be large.
constexpr double kNsPerElement = 20;

class ReferenceBackend : public Backend {
 public:
  std::string_view name() const override { return "reference"; }
  std::string architecture() const override { return "any"; }
  int revision() const override { return 1; }
  std::string_view copyTactic() const override { return "copy"; }
  double copyNs(uint64_t bytes) const override { return static_cast<double>(bytes); }

  void propose(const Graph& graph, const Region& region, Proposals& proposals) const override {
    if (region.members.size() != 1) {
      proposals.refusals.push_back({"reference", "runs one node at a time"});
      return;
    }
    const Node& node = graph.node(region.members.front());
    if (region.anchors.empty())
      return offer(graph, region, "expression", expressionWorkspace(region), proposals);
    if (!node.op->reference || node.op->traits.opaque) {
      proposals.refusals.push_back({"reference", "there is no reference kernel"});
      return;
    }
    offer(graph, region, "node", reference::nodeWorkspace(graph, region.members.front()), proposals);
  }

  void describe(const Graph& graph, const Region& region, KernelSpec& spec) const override {
    if (spec.tactic != "node") return;
    const Node& node = graph.node(region.members.front());
    NodeSpec made{std::string(node.op->domain),
                  std::string(node.op->name),
                  node.attrs ? node.attrs->toMap() : AttributeMap{},
                  {},
                  {}};
    for (size_t at = 0; at < node.in.size(); ++at)
      made.in.push_back(node.in[at] == kNoValue ? -1 : static_cast<int32_t>(at));
    for (ValueId value : node.out) {
      const auto found = std::find(region.outputs.begin(), region.outputs.end(), value);
      made.out.push_back(
          found == region.outputs.end() ? -1 : static_cast<int32_t>(found - region.outputs.begin()));
    }
    spec.nodes = {std::move(made)};
  }

  Tensor pack(const Packing&, std::span<const Tensor>) const override {
    check(false, "the reference backend packs nothing");
    return {};
  }

  std::unique_ptr<Program> compile(std::span<const KernelSpec> specs,
                                   std::span<const std::span<const std::byte>> weights) const override {
    return StepProgram::compile(specs, [&](const KernelSpec& spec) { return one(spec, weights); });
  }

 private:
  static uint64_t expressionWorkspace(const Region& region) {
    const Expr& expr = region.epilogue;
    return (expr.in.size() + expr.out.size() + expr.code.size()) * sizeof(float);
  }

  static void offer(const Graph& graph, const Region& region, std::string tactic, uint64_t workspace,
                    Proposals& proposals) {
    Candidate candidate;
    candidate.tactic = std::move(tactic);
    candidate.inputOrders.assign(region.inputs.size(), Order::plain);
    candidate.outputOrders.assign(region.outputs.size(), Order::plain);
    candidate.workspace = workspace;
    candidate.stridedInputs = candidate.stridedOutputs = region.anchors.empty();
    for (ValueId output : region.outputs)
      candidate.estimateNs +=
          kNsPerElement * static_cast<double>(graph.value(output).shape.count().value_or(0));
    proposals.candidates.push_back(std::move(candidate));
  }

  static std::unique_ptr<CompiledStep> one(const KernelSpec& spec,
                                           std::span<const std::span<const std::byte>> weights) {
    if (spec.tactic == "node") return reference::compileNode(spec, weights);
    if (spec.tactic == "expression") return reference::compileExpression(spec);
    if (spec.tactic == "copy") return reference::compileCopy(spec);
    if (spec.tactic == "island") return reference::compileIsland(spec);
    failSpec(spec, "the reference backend has no such tactic");
  }
};

}  // namespace

const Backend& referenceBackend() {
  static const ReferenceBackend backend;
  return backend;
}

}  // namespace ridge
