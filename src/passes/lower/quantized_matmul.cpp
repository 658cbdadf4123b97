// Q of a Gemm or MatMul of dequantized tensors, with bias, clamps and a residual, is ridge.qmatmul.
#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/matmul/matmul.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/quantized.h"

namespace ridge::passes {
namespace {

struct Product {
  NodeId node = kNoNode;
  ValueId bias = kNoValue;
  bool weightsByOutput = false;  ///< [outputs, depth], else [depth, outputs]
  std::vector<NodeId> around;
};

// A MatMul, with a constant added to it or not, or a Gemm without scales. Null: nothing of the kind.
std::optional<Product> productOf(const Graph& graph, const Tail& tail) {
  Product found{.node = graph.producer(tail.from), .around = tail.nodes};
  if (found.node == kNoNode) return std::nullopt;
  ValueId sums = tail.from;
  if (const Node& sum = graph.node(found.node); sum.op == &ops::add) {
    const bool first = producerOf(graph, sum.in[0], ops::matMul) != kNoNode;
    sums = sum.in[first ? 0 : 1];
    found.bias = sum.in[first ? 1 : 0];
    if (!usedOnce(graph, tail.from)) return std::nullopt;
    found.around.push_back(found.node);
    found.node = producerOf(graph, sums, ops::matMul);
    if (found.node == kNoNode) return std::nullopt;
  }
  const Node& node = graph.node(found.node);
  if (node.op == &ops::gemm) {
    const auto& attrs = node.as<GemmAttributes>();
    if (attrs.alpha != 1 || attrs.beta != 1 || attrs.transA) throw Refused{"the Gemm scales or transposes"};
    found.weightsByOutput = attrs.transB;
    found.bias = inputOf(node, 2);
  } else if (node.op != &ops::matMul) {
    return std::nullopt;
  }
  if (!usedOnce(graph, sums)) throw Refused{"its result in float32 is also read elsewhere"};
  found.around.push_back(found.node);
  return found;
}

Tensor byOutput(const Tensor& weights, bool already) {
  if (already) return weights;
  const int64_t depth = weights.dims()[0], outputs = weights.dims()[1];
  Tensor turned = Tensor::allocate(weights.type(), {outputs, depth});
  const auto from = weights.as<uint8_t>();
  const auto to = turned.mutableAs<uint8_t>();
  for (int64_t k = 0; k < depth; ++k)
    for (int64_t n = 0; n < outputs; ++n)
      to[static_cast<size_t>(n * depth + k)] = from[static_cast<size_t>(k * outputs + n)];
  return turned;
}

// One number for each output; a bias that is one for all is repeated.
std::vector<double> biasOf(const Graph& graph, ValueId value, int64_t outputs) {
  auto bias = biasValues(graph, value);
  if (!bias) throw Refused{"its bias is not constant"};
  if (bias->size() == 1) bias->assign(static_cast<size_t>(outputs), bias->front());
  const bool fits = value == kNoValue || static_cast<int64_t>(bias->size()) == outputs;
  if (!fits) throw Refused{"its bias has another length than it has outputs"};
  if (value != kNoValue && graph.value(value).shape.rank() > 0 && outputs > 1) {
    const Dims dims = graph.value(value).shape.staticDims();
    if (elementCount(dims) > 1 && dims.back() != outputs) throw Refused{"its bias goes by row"};
  }
  return *bias;
}

Rewrite rewrite(const Graph& graph, NodeId id) {
  const Tail tail = tailOf(graph, id);
  const auto product = productOf(graph, tail);
  if (!product) return NoMatch{};
  const Node& node = graph.node(product->node);
  const auto x = dequantized(graph, node.in[0]);
  auto weights = dequantizedWeights(graph, node.in[1]);
  if (!x || !weights) throw Refused{"its data or its weights are not dequantized"};
  if (weights->tensor.rank() != 2) throw Refused{"its weights are not a matrix"};
  if (weights->steps.scale.size() > 1 && weights->steps.axis != (product->weightsByOutput ? 0 : 1))
    throw Refused{"the scales of its weights do not go by output"};
  weights->tensor = byOutput(weights->tensor, product->weightsByOutput);
  const Dims dims = weights->tensor.dims();
  const std::vector<double> bias = biasOf(graph, product->bias, dims[0]);

  GraphBuilder builder(graph, product->around);
  auto attrs = std::make_shared<ops::QMatMulAttributes>();
  const std::string name = displayName(graph, product->node);
  std::vector<ValueId> in{x->bytes, builder.constant(name + ".weight", weights->tensor)};
  for (const ValueId input : sumInputs(builder, {*x, *weights, tail, bias, dims[0], dims[1]}, name, *attrs))
    in.push_back(input);
  builder.replace(graph.node(id).out[0], builder.node(ops::qMatMul, std::move(attrs), std::move(in), name));
  return builder.finish("the product executes as integers");
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  if (graph.node(id).op != &ops::quantizeLinear) return NoMatch{};
  return unlessRefused([&] { return rewrite(graph, id); });
}

}  // namespace

extern const Pass quantizedMatmul{
    .name = "quantized_matmul",
    .summary = "makes Q(Gemm or MatMul(DQ, DQ)) with bias and clamps an integer region",
    .run = run};

}  // namespace ridge::passes
