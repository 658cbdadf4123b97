// Attention without a past, a cap or groups of heads is ridge.attention: heads become an axis, what it may
// not see a mask.
#include <cmath>
#include <limits>

#include "ir/dump.h"
#include "ir/matcher.h"
#include "ops/attention/attention.h"
#include "ops/lowered/dot_attention.h"
#include "ops/movement/transpose.h"
#include "ops/ops.h"
#include "passes/pass.h"
#include "passes/reshape_to.h"

namespace ridge::passes {
namespace {

enum Input : size_t { query, key, value, mask, pastKey, pastValue, validKeys };

constexpr int64_t kMostMask = int64_t{1} << 22;  // elements of a mask that is made here
constexpr float kHidden = -std::numeric_limits<float>::infinity();

struct Extents {
  int64_t heads, queries, keys, head;
};

/// A sentence when it is more than scores, mask, Softmax and a sum.
std::string objection(const Graph& graph, const Node& node) {
  const auto& attrs = node.as<AttentionAttributes>();
  const auto isUsed = [&](size_t out) {
    return out < node.out.size() && node.out[out] != kNoValue && graph.useCount(node.out[out]) > 0;
  };
  if (isUsed(1) || isUsed(2) || isUsed(3)) return "its other outputs are used";
  for (const size_t at : {pastKey, pastValue, validKeys})
    if (inputOf(node, at) != kNoValue) return "it has a past or padded keys";
  if (attrs.softcap > 0 || attrs.leftWindow >= 0 || attrs.rightWindow >= 0) return "it has a cap or a window";
  for (const size_t at : {query, key, value}) {
    const Value& side = graph.value(node.in[at]);
    if (side.type != DType::f32) return "it is not computed in float32";
    if (!side.shape.isStatic() || *side.shape.count() == 0) return "one of its sides is empty or not known";
  }
  const Shape &q = graph.value(node.in[query]).shape, &k = graph.value(node.in[key]).shape;
  if (q.rank() == 3 ? attrs.queryHeads != attrs.keyHeads : !q[1].sameAs(k[1]))
    return "heads share their keys";
  return {};
}

Extents extentsOf(const Graph& graph, const Node& node) {
  const Dims q = graph.value(node.in[query]).shape.staticDims();
  const Dims k = graph.value(node.in[key]).shape.staticDims();
  if (q.size() == 4) return {q[1], q[2], k[2], q[3]};
  const int64_t heads = *node.as<AttentionAttributes>().queryHeads;
  return {heads, q[1], k[1], q[2] / heads};
}

class Lowering {
 public:
  Lowering(const Graph& graph, NodeId id)
      : graph_(graph),
        node_(graph.node(id)),
        name_(displayName(graph, id)),
        extents_(extentsOf(graph, node_)),
        builder_(graph, {id}) {}

  Rewrite run() {
    const auto& attrs = node_.as<AttentionAttributes>();
    std::vector<ValueId> in{byHead(node_.in[query]), byHead(node_.in[key]), byHead(node_.in[value])};
    const ValueId given = inputOf(node_, mask);
    if (given != kNoValue && attrs.causal) return Declined{"it is causal and has a mask"};
    if (attrs.causal && extents_.queries * extents_.keys > kMostMask)
      return Declined{"its mask is too large"};
    if (attrs.causal) in.push_back(triangle());
    if (given != kNoValue) {
      const Value& own = graph_.value(given);
      if (!own.shape.isStatic() || own.shape[own.shape.rank() - 1] != Dim(extents_.keys))
        return Declined{"its mask does not speak of all keys"};
      if (own.type != DType::f32 && own.type != DType::boolean) return Declined{"its mask has another type"};
      in.push_back(own.type == DType::boolean ? numbers(given) : given);
    }
    auto made = std::make_shared<ops::DotAttentionAttributes>();
    made->scale = attrs.scale ? *attrs.scale : 1 / std::sqrt(static_cast<float>(extents_.head));
    made->blindIsZero = true;
    ValueId result = builder_.node(ops::dotAttention, std::move(made), std::move(in), name_);
    if (isFlat()) {
      const Dims& dims = graph_.value(node_.out[0]).shape.staticDims();
      result = reshapeTo(builder_, turned(result), {{dims.begin(), dims.end()}}, name_ + ".joined");
    }
    builder_.replace(node_.out[0], result);
    return builder_.finish("heads are an axis, what is hidden a mask");
  }

 private:
  bool isFlat() const { return graph_.value(node_.in[query]).shape.rank() == 3; }

  ValueId turned(ValueId x) {
    auto attrs = std::make_shared<ops::TransposeAttributes>();
    attrs->perm = {0, 2, 1, 3};
    return builder_.node(ops::transpose, std::move(attrs), {x}, name_ + ".turned");
  }

  /// [N, length, heads * head] as [N, heads, length, head].
  ValueId byHead(ValueId x) {
    if (!isFlat()) return x;
    const Dims dims = graph_.value(x).shape.staticDims();
    const ReshapeTarget split{{dims[0], dims[1], extents_.heads, dims[2] / extents_.heads}};
    return turned(reshapeTo(builder_, x, split, name_ + ".heads"));
  }

  /// Query i sees the keys up to i.
  ValueId triangle() {
    std::vector<float> hidden(static_cast<size_t>(extents_.queries * extents_.keys), 0.0F);
    for (int64_t row = 0; row < extents_.queries; ++row)
      for (int64_t at = row + 1; at < extents_.keys; ++at)
        hidden[static_cast<size_t>(row * extents_.keys + at)] = kHidden;
    return builder_.constant(name_ + ".mask",
                             Tensor::of({extents_.queries, extents_.keys}, std::span<const float>(hidden)));
  }

  ValueId numbers(ValueId seen) {
    const ValueId zero = builder_.constant(name_ + ".seen", Tensor::scalar(0.0F));
    const ValueId hidden = builder_.constant(name_ + ".hidden", Tensor::scalar(kHidden));
    return builder_.node(ops::where, nullptr, {seen, zero, hidden}, name_ + ".mask");
  }

  const Graph& graph_;
  const Node& node_;
  const std::string name_;
  const Extents extents_;
  GraphBuilder builder_;
};

Rewrite run(const Graph& graph, NodeId id, const PassContext&) {
  if (graph.node(id).op != &ops::attention) return NoMatch{};
  if (std::string reason = objection(graph, graph.node(id)); !reason.empty())
    return Declined{std::move(reason)};
  return Lowering(graph, id).run();
}

}  // namespace

extern const Pass attentionOp{.name = "attention_op",
                              .summary = "Attention without a past or groups of heads by its kernel",
                              .run = run};

}  // namespace ridge::passes
