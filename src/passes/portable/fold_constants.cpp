// Computes nodes whose inputs are constant with the reference kernels, and values that inference knows.
// Never Q or DQ (traits.foldable): they say where the network is quantized.
#include <fmt/format.h>

#include "base/error.h"
#include "ops/evaluate.h"
#include "ops/ops.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

// Folding runs one node at a time on obvious kernels; more belongs to run time.
constexpr int64_t kMaxMacs = int64_t{1} << 31;
constexpr int64_t kMaxElements = int64_t{1} << 40;  // keeps sums of bytes far from overflow

bool hasConstantInputs(const Graph& graph, const Node& node) {
  bool any = false;
  for (const ValueId input : node.in) {
    if (input == kNoValue) continue;
    if (!graph.constant(input)) return false;
    any = true;
  }
  return any;
}

// Shape of a static shape, and integers computed from it.
std::optional<Tensor> knownContents(const Value& value) {
  if (value.type != DType::i64 || !value.contents || !value.shape.isStatic()) return std::nullopt;
  std::vector<int64_t> integers;
  for (const Dim& dim : *value.contents) {
    if (!dim.isInteger()) return std::nullopt;
    integers.push_back(dim.value());
  }
  if (value.shape.count() != static_cast<int64_t>(integers.size())) return std::nullopt;
  return Tensor::of(value.shape.staticDims(), std::span<const int64_t>(integers));
}

Rewrite foldKnown(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  GraphBuilder builder(graph, {id});
  bool any = false;
  for (const ValueId out : node.out) {
    if (out == kNoValue || graph.useCount(out) == 0) continue;
    if (auto tensor = knownContents(graph.value(out))) {
      builder.replace(out, builder.constant(graph.value(out).name, std::move(*tensor)));
      any = true;
    }
  }
  if (!any) return NoMatch{};
  return builder.finish("its elements follow from shapes");
}

// A sentence when the node had better not be computed now.
std::string objection(const Graph& graph, const Node& node, const PassContext& context) {
  int64_t growth = 0;
  for (const ValueId out : node.out) {
    if (out == kNoValue) continue;
    const auto count = graph.value(out).shape.count();
    if (!count) return "the size of its result is not known in advance";
    if (*count > kMaxElements) return fmt::format("its result would have {} elements", *count);
    growth += static_cast<int64_t>(bytesOf(graph.value(out).type, *count));
  }
  for (const ValueId in : node.in)
    if (in != kNoValue && graph.useCount(in) == 1)
      growth -= static_cast<int64_t>(graph.value(in).constant.byteSize());
  if (growth > 0 && growth + context.addedConstantBytes > context.foldLimitBytes)
    return fmt::format("its result would add {} bytes of constants; the limit is {} in all", growth,
                       context.foldLimitBytes);
  if (node.op->cost && node.op->cost(node, graph).macs > kMaxMacs)
    return fmt::format("it takes more than {} multiply-adds", kMaxMacs);
  return {};
}

Rewrite foldEvaluated(const Graph& graph, NodeId id, const PassContext& context) {
  const Node& node = graph.node(id);
  if (std::string reason = objection(graph, node, context); !reason.empty())
    return Declined{std::move(reason)};
  std::vector<Tensor> inputs;
  for (const ValueId in : node.in) inputs.push_back(in == kNoValue ? Tensor() : graph.value(in).constant);
  std::vector<Tensor> outputs;
  try {
    outputs = evaluateNode(node, inputs);
  } catch (const Error& error) {
    return Declined{fmt::format("it cannot be computed: {}", error.message())};
  }
  GraphBuilder builder(graph, {id});
  for (size_t at = 0; at < node.out.size(); ++at)
    if (node.out[at] != kNoValue)
      builder.replace(node.out[at], builder.constant(graph.value(node.out[at]).name, std::move(outputs[at])));
  return builder.finish("computed from constants");
}

Rewrite run(const Graph& graph, NodeId id, const PassContext& context) {
  const Node& node = graph.node(id);
  const Traits& traits = node.op->traits;
  if (!traits.foldable || !traits.deterministic || traits.opaque) return NoMatch{};
  // The Identity that makes a constant an output (driver.cpp).
  if (node.op == &ops::identity && graph.isOutput(node.out[0])) return NoMatch{};
  if (hasConstantInputs(graph, node)) return foldEvaluated(graph, id, context);
  return foldKnown(graph, id);
}

}  // namespace

extern const Pass foldConstants{
    .name = "fold_constants", .summary = "computes nodes whose inputs are constant", .run = run};

}  // namespace ridge::passes
