#include <algorithm>
#include <new>

#include "base/error.h"
#include "ops/infer.h"
#include "ops/kernel_context.h"
#include "ops/list.h"
#include "plan/check_spec.h"
#include "reference/steps.h"

namespace ridge::reference {

namespace {

constexpr uint64_t kAlignment = 64;
uint64_t aligned(uint64_t bytes) {
  return (bytes + kAlignment - 1) / kAlignment * kAlignment;
}

// Kernels tell absent inputs by a null pointer, so an empty array needs another one.
alignas(64) std::byte emptyPlace[64];

const ArraySpec* arrayAt(const std::vector<ArraySpec>& arrays, int32_t index, const KernelSpec& spec) {
  if (index < 0) return nullptr;
  requireSpec(static_cast<size_t>(index) < arrays.size(), spec,
              "a node names an array that the step does not have");
  const ArraySpec& array = arrays[static_cast<size_t>(index)];
  requireSpec(array.dims.size() == array.strides.size() && isDensePlain(array), spec,
              "a reference kernel reads and writes dense arrays");
  return &array;
}

/// The node alone in a graph, so that inference can vouch for the shapes that the kernel relies on.
class NodeStep : public CompiledStep {
 public:
  NodeStep(const KernelSpec& spec, WeightBytes weights) {
    requireSpec(spec.nodes.size() == 1, spec, "a reference step has one node");
    const NodeSpec& node = spec.nodes.front();
    const Op* op = findOp(node.domain, node.op);
    requireSpec(op && op->reference, spec, "its op is not known");
    AttributeReader reader(node.attributes);
    Node made{.op = op, .attrs = op->attributes ? op->attributes(reader) : nullptr};
    requireArity(node, *op, spec);
    for (int32_t index : node.in) made.in.push_back(addInput(arrayAt(spec.in, index, spec), spec, weights));
    for (int32_t index : node.out) made.out.push_back(addOutput(arrayAt(spec.out, index, spec)));
    id_ = graph_.addNode(std::move(made));
    checkShapes(spec);
    scratchBytes_ = op->scratch ? op->scratch(graph_.node(id_), graph_) : 0;
    const uint64_t views = aligned((inputs_.size() + outputs_.size()) * sizeof(TensorView));
    requireSpec(spec.workspace >= views + scratchBytes_, spec, "its scratch is too small");
  }

  void run(const Buffers& buffers) const override {
    // The views live in the workspace: an execution allocates nothing.
    auto* views = reinterpret_cast<TensorView*>(buffers.workspace);
    const size_t count = inputs_.size() + outputs_.size();
    for (size_t at = 0; at < inputs_.size(); ++at)
      new (views + at)
          TensorView(viewOf(inputs_[at], const_cast<std::byte*>(addressOf(inputs_[at].at, buffers))));
    for (size_t at = 0; at < outputs_.size(); ++at)
      new (views + inputs_.size() + at) TensorView(viewOf(
          outputs_[at],
          outputs_[at].at.space == Space::none ? nullptr : writableAddressOf(outputs_[at].at, buffers)));
    std::byte* scratch = buffers.workspace + aligned(count * sizeof(TensorView));
    KernelContext context(graph_.node(id_), {views, inputs_.size()},
                          {views + inputs_.size(), outputs_.size()}, {scratch, scratchBytes_});
    graph_.node(id_).op->reference(context);
  }

 private:
  static TensorView viewOf(const ArraySpec& array, std::byte* data) {
    if (array.at.space == Space::none) return {};
    return {array.type, array.dims, elementCount(array.dims) == 0 ? emptyPlace : data};
  }

  /// Kernels rely on what their op always has.
  static void requireArity(const NodeSpec& node, const Op& op, const KernelSpec& spec) {
    const auto least = [](int count) { return static_cast<size_t>(std::max(count, 0)); };
    const bool fits = node.in.size() >= least(op.minInputs) && node.out.size() >= least(op.minOutputs) &&
                      (op.maxInputs < 0 || node.in.size() <= least(op.maxInputs)) &&
                      (op.maxOutputs < 0 || node.out.size() <= least(op.maxOutputs));
    requireSpec(fits, spec, "its op has another number of inputs or outputs");
    const auto absent = [](int32_t index) { return index < 0; };
    requireSpec(std::none_of(node.in.begin(), node.in.begin() + op.minInputs, absent) &&
                    std::none_of(node.out.begin(), node.out.begin() + op.minOutputs, absent),
                spec, "an input or output that its op needs is absent");
  }

  ValueId addInput(const ArraySpec* array, const KernelSpec& spec, WeightBytes weights) {
    inputs_.push_back(array ? *array : ArraySpec{});
    if (!array) return kNoValue;
    requireSpec(array->at.space != Space::none, spec, "it reads an array that has no place");
    if (array->at.space == Space::weights) return graph_.addConstant("in", constantAt(*array, spec, weights));
    return graph_.addValue("in", array->type, Shape::of(array->dims));
  }

  static Tensor constantAt(const ArraySpec& array, const KernelSpec& spec, WeightBytes weights) {
    const size_t bytes = bytesOf(array.type, elementCount(array.dims));
    requireSpec(static_cast<size_t>(array.at.index) < weights.size(), spec, "it reads a missing constant");
    const auto blob = weights[static_cast<size_t>(array.at.index)];
    requireSpec(array.at.offset <= blob.size() && bytes <= blob.size() - array.at.offset, spec,
                "it reads past the end of a constant");
    return Tensor::view(array.type, array.dims, blob.subspan(array.at.offset, bytes), nullptr);
  }

  ValueId addOutput(const ArraySpec* array) {
    outputs_.push_back(array ? *array : ArraySpec{});
    return array ? graph_.addValue("out") : kNoValue;
  }

  void checkShapes(const KernelSpec& spec) {
    inferNode(graph_, id_);
    const Node& node = graph_.node(id_);
    for (size_t at = 0; at < outputs_.size(); ++at) {
      if (node.out[at] == kNoValue) continue;
      const Value& inferred = graph_.value(node.out[at]);
      requireSpec(inferred.type == outputs_[at].type && inferred.shape == Shape::of(outputs_[at].dims), spec,
                  "its output does not have the shape that follows from its inputs");
    }
  }

  Graph graph_;
  NodeId id_ = kNoNode;
  std::vector<ArraySpec> inputs_, outputs_;
  size_t scratchBytes_ = 0;
};

}  // namespace

std::unique_ptr<CompiledStep> compileNode(const KernelSpec& spec, WeightBytes weights) {
  return std::make_unique<NodeStep>(spec, weights);
}

uint64_t nodeWorkspace(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const uint64_t views = aligned((node.in.size() + node.out.size()) * sizeof(TensorView));
  return views + aligned(node.op->scratch ? node.op->scratch(node, graph) : 0);
}

}  // namespace ridge::reference
