// ridge.silu: x * sigmoid(x), as networks write it with two nodes.
#include "ir/patch.h"
#include "ops/elementwise/elementwise.h"

namespace ridge::ops {
namespace {

bool expression(const Node&, ExprBuilder& b) {
  const uint16_t x = b.in(0);
  const uint16_t growth = b.emit(ExprOp::exp, b.emit(ExprOp::neg, x));
  b.result(b.emit(ExprOp::div, x, b.emit(ExprOp::add, b.constant(1.0f), growth)));
  return true;
}

void expandSilu(const Node& node, GraphBuilder& b) {
  const ValueId x = node.in[0];
  const ValueId gate = b.node(sigmoid, nullptr, {x}, "sigmoid");
  b.replace(node.out[0], b.node(mul, nullptr, {x, gate}, "silu"));
}

}  // namespace

constinit const Op silu{
    .name = "silu",
    .domain = "ridge",
    .infer = inferFloat,
    .reference = realKernel<[](double x) { return x / (1.0 + std::exp(-x)); }>,
    .cost = costPerOutput<2>,
    .expr = expression,
    .expand = expandSilu,
    .traits = kElementwise,
};

}  // namespace ridge::ops
