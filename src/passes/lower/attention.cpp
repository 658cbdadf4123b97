// softmax(scale * Q K^T + mask) V, in the ways that exporters write it, is ridge.attention: the scale before
// or after the product, on Q, on K or on both, as Mul or Div.
#include <algorithm>
#include <cmath>
#include <numeric>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/lowered/dot_attention.h"
#include "ops/movement/transpose.h"
#include "ops/ops.h"
#include "ops/softmax/softmax.h"
#include "passes/pass.h"

namespace ridge::passes {
namespace {

constexpr int kMostMasks = 2;  // Swin adds positions and windows

struct Found {
  ValueId query = kNoValue, keys = kNoValue, value = kNoValue;  ///< keys: [..., head, keys]
  std::vector<ValueId> masks = {};                              ///< one, or several constants
  double scale = 1;
  std::vector<NodeId> nodes;
};

/// x * number or x / number, where the constant stretches nothing.
std::optional<std::pair<ValueId, double>> scaledBy(const Graph& graph, ValueId value) {
  const NodeId id = graph.producer(value);
  if (id == kNoNode) return std::nullopt;
  const Node& node = graph.node(id);
  if (node.op != &ops::mul && node.op != &ops::div) return std::nullopt;
  const auto operand = constantOperand(graph, node);
  if (!operand || (node.op == &ops::div && operand->constantFirst)) return std::nullopt;
  const auto number = uniformConstant(graph, operand->constant);
  if (!number || !sameShape(graph.value(operand->variable).shape, graph.value(value).shape))
    return std::nullopt;
  return std::pair(operand->variable, node.op == &ops::mul ? *number : 1 / *number);
}

/// Steps over scales in front of `value`, which become part of the attention's own.
ValueId withoutScale(const Graph& graph, ValueId value, Found& found) {
  while (const auto step = usedOnce(graph, value) ? scaledBy(graph, value) : std::nullopt) {
    found.nodes.push_back(graph.producer(value));
    found.scale *= step->second;
    value = step->first;
  }
  return value;
}

/// Stands behind at most so many Adds whose other sides are masks and which stretch the scores no further.
ValueId withoutMasks(const Graph& graph, ValueId value, int most, Found& found);

/// The same with `scores` as the input of an Add that goes on; kNoValue when there is no product behind it.
ValueId scoresBehind(const Graph& graph, ValueId scores, ValueId sum, int masks, Found& found) {
  if (!usedOnce(graph, scores) || !sameShape(graph.value(scores).shape, graph.value(sum).shape))
    return kNoValue;
  const ValueId inner = withoutMasks(graph, scores, masks, found);
  Found ahead;
  return producerOf(graph, withoutScale(graph, inner, ahead), ops::matMul) == kNoNode ? kNoValue : inner;
}

ValueId withoutMasks(const Graph& graph, ValueId value, int most, Found& found) {
  const NodeId id = producerOf(graph, value, ops::add);
  if (most == 0 || id == kNoNode || !usedOnce(graph, value)) return value;
  for (const size_t side : {size_t{0}, size_t{1}}) {
    const ValueId scores = graph.node(id).in[side], mask = graph.node(id).in[1 - side];
    Found behind;
    const ValueId inner = scoresBehind(graph, scores, value, most - 1, behind);
    if (inner == kNoValue) continue;
    behind.masks.push_back(mask);
    const bool constant = std::all_of(behind.masks.begin(), behind.masks.end(),
                                      [&](ValueId own) { return graph.value(own).isConstant(); });
    if (behind.masks.size() > 1 && !constant) continue;
    found.nodes.push_back(id);
    found.nodes.insert(found.nodes.end(), behind.nodes.begin(), behind.nodes.end());
    found.masks = std::move(behind.masks);
    return inner;
  }
  return value;
}

bool isSoftmaxOfRows(const Graph& graph, NodeId id) {
  const Node& node = graph.node(id);
  const Shape& shape = graph.value(node.out[0]).shape;
  return shape.ranked() && shape.rank() >= 2 &&
         normalizeAxis(node.as<SoftmaxAttributes>().axis, shape.rank()) == shape.rank() - 1;
}

std::optional<Found> find(const Graph& graph, NodeId id) {
  const Node& product = graph.node(id);
  const NodeId softmax = producerOf(graph, product.in[0], ops::softmax);
  if (softmax == kNoNode || !isSoftmaxOfRows(graph, softmax) || !usedOnce(graph, product.in[0]))
    return std::nullopt;
  Found found;
  found.value = product.in[1];
  found.nodes = {id, softmax};
  ValueId scores = withoutMasks(graph, graph.node(softmax).in[0], kMostMasks, found);
  scores = withoutScale(graph, scores, found);
  const NodeId first = producerOf(graph, scores, ops::matMul);
  if (first == kNoNode || !usedOnce(graph, scores)) return std::nullopt;
  found.nodes.push_back(first);
  found.query = withoutScale(graph, graph.node(first).in[0], found);
  found.keys = withoutScale(graph, graph.node(first).in[1], found);
  return found;
}

/// Why kernels of attention would not take it.
std::string objection(const Graph& graph, const Found& found) {
  const Shape &q = graph.value(found.query).shape, &k = graph.value(found.keys).shape,
              &v = graph.value(found.value).shape;
  if (!q.isStatic() || !k.isStatic() || !v.isStatic()) return "its shapes are not known";
  if (graph.value(found.query).type != DType::f32) return "it is not computed in float32";
  if (!std::isfinite(static_cast<float>(found.scale))) return "its scale is not finite";
  if (q.rank() < 2 || k.rank() != q.rank() || v.rank() != q.rank()) return "its sides differ in rank";
  for (int64_t axis = 0; axis + 2 < q.rank(); ++axis)
    if (!q[axis].sameAs(k[axis]) || !q[axis].sameAs(v[axis])) return "its sides are broadcast";
  if (graph.value(found.keys).isConstant() || graph.value(found.value).isConstant())
    return "its keys or values are constant: products with them are packed at build";
  if (*q.count() == 0 || *v.count() == 0) return "one of its sides is empty";
  return {};
}

ValueId turned(GraphBuilder& builder, const Graph& graph, ValueId keys, const std::string& name) {
  auto attrs = std::make_shared<ops::TransposeAttributes>();
  std::vector<int64_t> perm(static_cast<size_t>(graph.value(keys).shape.rank()));
  std::iota(perm.begin(), perm.end(), int64_t{0});
  std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
  attrs->perm = std::move(perm);
  return builder.node(ops::transpose, std::move(attrs), {keys}, name + ".keys");
}

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  if (graph.node(id).op != &ops::matMul) return NoMatch{};
  const auto found = find(graph, id);
  if (!found) return NoMatch{};
  if (std::string reason = objection(graph, *found); !reason.empty()) return Declined{std::move(reason)};
  GraphBuilder builder(graph, found->nodes);
  const std::string name = displayName(graph, id);
  // The keys as they were before they were turned for the product; transpose_chain makes one of two.
  std::vector<ValueId> in{found->query, turned(builder, graph, found->keys, name), found->value};
  if (!found->masks.empty()) {
    in.push_back(found->masks.front());
    for (size_t at = 1; at < found->masks.size(); ++at)  // folded by the next round
      in.back() = builder.node(ops::add, nullptr, {in.back(), found->masks[at]}, name + ".mask");
  }
  auto attrs = std::make_shared<ops::DotAttentionAttributes>();
  attrs->scale = static_cast<float>(found->scale);
  builder.replace(graph.node(id).out[0],
                  builder.node(ops::dotAttention, std::move(attrs), std::move(in), name));
  return builder.finish("product, Softmax, product is attention");
}

}  // namespace

extern const Pass attention{
    .name = "attention", .summary = "recognises softmax(scale * Q K^T + mask) V", .run = run};

}  // namespace ridge::passes
