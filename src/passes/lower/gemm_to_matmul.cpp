// Gemm becomes MatMul, with Mul and Add where it scales and adds. Constants take the scales and the
// transposition.
#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/matmul/matmul.h"
#include "ops/movement/transpose.h"
#include "ops/ops.h"
#include "passes/channel_affine.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

ValueId transposed(GraphBuilder& builder, ValueId x, bool swap, const std::string& name) {
  if (!swap) return x;
  auto attrs = std::make_shared<ops::TransposeAttributes>();
  attrs->perm = {1, 0};
  return builder.node(ops::transpose, std::move(attrs), {x}, name);
}

// x * factor; a constant x is scaled here and now.
ValueId scaled(GraphBuilder& builder, ValueId x, DType type, double factor, const std::string& name) {
  if (factor == 1) return x;
  // Copies: the builder's values move when it makes another.
  const Tensor tensor = builder.value(x).constant;
  const std::string xName = builder.value(x).name;
  if (tensor.defined()) {
    std::vector<double> values = toDoubles(tensor);
    for (double& value : values) value *= factor;
    if (auto fresh = finiteTensor(tensor.type(), tensor.dims(), values))
      return builder.constant(xName, std::move(*fresh));
  }
  const ValueId number = builder.constant(name + ".factor", fromDoubles(type, {}, {&factor, 1}));
  return builder.node(ops::mul, nullptr, {x, number}, name);
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  const Node& node = graph.node(id);
  if (node.op != &ops::gemm) return NoMatch{};
  const auto& attrs = node.as<GemmAttributes>();
  const DType type = graph.value(node.in[0]).type;
  const double alpha = static_cast<double>(attrs.alpha), beta = static_cast<double>(attrs.beta);
  if (!isFloat(type) && (alpha != 1 || beta != 1)) return Declined{"it scales integers"};

  GraphBuilder builder(graph, {id});
  const std::string name = displayName(graph, id);
  const bool constantB = graph.constant(node.in[1]) != nullptr;
  const ValueId a = transposed(builder, node.in[0], attrs.transA, name);
  const ValueId b = transposed(
      builder, constantB ? scaled(builder, node.in[1], type, alpha, name) : node.in[1], attrs.transB, name);
  ValueId result = builder.node(ops::matMul, nullptr, {a, b}, name);
  if (!constantB) result = scaled(builder, result, type, alpha, name);
  if (const ValueId c = inputOf(node, 2); c != kNoValue && beta != 0)
    result = builder.node(ops::add, nullptr, {result, scaled(builder, c, type, beta, name)}, name);
  builder.replace(node.out[0], result);
  return builder.finish("became MatMul and Add");
}

}  // namespace

extern const Pass gemmToMatmul{.name = "gemm_to_matmul",
                               .summary = "makes Gemm a MatMul with Mul and Add as needed",
                               .run = run,
                               .required = true};

}  // namespace ridge::passes
