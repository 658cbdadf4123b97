// Q of a Conv of dequantized tensors, with clamps and a residual between them, is ridge.qconv.
#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/quantized.h"

namespace ridge::passes {
namespace {

// A node that would belong to the region if nobody else read its result.
bool isSharedTail(const Graph& graph, ValueId value) {
  const NodeId id = graph.producer(value);
  if (id == kNoNode || usedOnce(graph, value)) return false;
  const Node& node = graph.node(id);
  if (node.op != &ops::relu && node.op != &ops::clip && node.op != &ops::add) return false;
  const NodeId convId = producerOf(graph, node.in[0], ops::conv);
  return convId != kNoNode && producerOf(graph, graph.node(convId).in[0], ops::dequantizeLinear) != kNoNode;
}

Rewrite rewrite(const Graph& graph, NodeId id) {
  const Tail tail = tailOf(graph, id);
  const NodeId convId = producerOf(graph, tail.from, ops::conv);
  if (isSharedTail(graph, tail.from)) throw Refused{"its result in float32 is also read elsewhere"};
  if (convId == kNoNode) return NoMatch{};
  const Node& node = graph.node(convId);
  if (!usedOnce(graph, tail.from)) throw Refused{"its result in float32 is also read elsewhere"};
  const auto x = dequantized(graph, node.in[0]);
  const auto weights = dequantizedWeights(graph, node.in[1]);
  if (!x || !weights) throw Refused{"its data or its weights are not dequantized"};
  const auto bias = biasValues(graph, inputOf(node, 2));
  if (!bias) throw Refused{"its bias is not constant"};
  const Dims dims = weights->tensor.dims();
  if (weights->steps.scale.size() > 1 && weights->steps.axis != 0)
    throw Refused{"the scales of its weights do not go by output channel"};
  if (!bias->empty() && static_cast<int64_t>(bias->size()) != dims[0])
    throw Refused{"its bias has another length than it has outputs"};

  std::vector<NodeId> around = tail.nodes;
  around.push_back(convId);
  GraphBuilder builder(graph, around);
  auto attrs = std::make_shared<ops::QConvAttributes>();
  static_cast<WindowAttributes&>(*attrs) = node.as<ConvAttributes>();
  attrs->group = node.as<ConvAttributes>().group;
  const std::string name = displayName(graph, convId);
  const int64_t depth = dims[0] == 0 ? 0 : elementCount(dims) / dims[0];
  std::vector<ValueId> in{x->bytes, builder.constant(name + ".weight", weights->tensor)};
  for (const ValueId input : sumInputs(builder, {*x, *weights, tail, *bias, dims[0], depth}, name, *attrs))
    in.push_back(input);
  const bool residual = tail.residual.has_value();
  builder.replace(graph.node(id).out[0], builder.node(ops::qConv, std::move(attrs), std::move(in), name));
  return builder.finish(residual ? "Conv and its residual execute as integers" : "Conv executes as integers");
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  if (graph.node(id).op != &ops::quantizeLinear) return NoMatch{};
  return unlessRefused([&] { return rewrite(graph, id); });
}

}  // namespace

extern const Pass quantizedConv{
    .name = "quantized_conv",
    .summary = "makes Q(Conv(DQ, DQ)) with clamps and a residual an integer region",
    .run = run};

}  // namespace ridge::passes
