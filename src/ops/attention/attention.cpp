// Attention: what is known of it; its kernel is in attention_kernel.cpp.
#include "ops/attention/attention.h"

#include "ops/attention/attention_kernel.h"
#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

enum Input : size_t { query, key, value, mask, pastKey, pastValue, validKeys };

// Four dimensions of Q, K or V: batch, heads, length, head.
struct Heads {
  Dim batch, heads, length, head;
};

Heads headsOf(const InferContext& c, size_t input, std::optional<int64_t> heads) {
  const Shape& shape = c.shape(input);
  if (!shape.ranked()) return {};
  if (shape.rank() == 4) return {shape[0], shape[1], shape[2], shape[3]};
  Dim head;
  if (heads && shape[2].isInteger()) {
    if (shape[2].value() % *heads != 0)
      c.fail("the last dimension of " + shape.toString() + " does not divide into " + std::to_string(*heads) +
             " heads");
    head = shape[2].value() / *heads;
  }
  return {shape[0], heads ? Dim(*heads) : Dim(), shape[1], head};
}

Dim agree(const InferContext& c, const Dim& a, const Dim& b, const char* what) {
  if (a.isInteger() && b.isInteger() && a.value() != b.value())
    c.fail(std::string("the inputs disagree on the ") + what + ": " + a.toString() + " and " + b.toString());
  return a.isInteger() ? a : b.isInteger() ? b : a;
}

void requireRanks(const InferContext& c) {
  const auto& attrs = c.attrs<AttentionAttributes>();
  int64_t rank = 0;
  for (size_t at : {query, key, value}) {
    requireRank(c, at, 3, 4);
    if (!c.shape(at).ranked()) continue;
    c.require(rank == 0 || rank == c.shape(at).rank(), "Q, K and V differ in rank");
    rank = c.shape(at).rank();
  }
  c.require(!attrs.queryHeads || *attrs.queryHeads >= 1, "q_num_heads must be 1 or more");
  c.require(!attrs.keyHeads || *attrs.keyHeads >= 1, "kv_num_heads must be 1 or more");
  c.require(rank != 3 || (attrs.queryHeads && attrs.keyHeads),
            "three-dimensional inputs need q_num_heads and kv_num_heads");
  for (size_t at : {pastKey, pastValue}) requireRank(c, at, 4, 4);
  requireRank(c, validKeys, 1, 1);
}

void requireForm(const InferContext& c) {
  const auto& attrs = c.attrs<AttentionAttributes>();
  for (size_t at : {query, key, value}) requireFloat(c, at);
  c.require(attrs.outputMode >= 0 && attrs.outputMode <= 3, "qk_matmul_output_mode must be 0, 1, 2 or 3");
  c.require(attrs.leftWindow >= -1 && attrs.rightWindow >= -1, "a window size must be -1 or more");
  c.require(attrs.softcap >= 0, "softcap must be 0 or more");
  c.require(c.has(pastKey) == c.has(pastValue), "past_key and past_value come together");
  c.require(!c.has(validKeys) || !c.has(pastKey), "nonpad_kv_seqlen and past_key exclude each other");
  const auto same = [&](size_t a, size_t b) {
    const DType left = c.type(a), right = c.type(b);
    c.require(left == right || left == DType::undefined || right == DType::undefined,
              "Q and K, and past and present, must have the same element type");
  };
  same(query, key);
  same(key, pastKey);
  same(value, pastValue);
  requireRanks(c);
}

void requireMask(const InferContext& c, const Shape& scores) {
  const Shape& own = c.shape(mask);
  if (!own.ranked()) return;
  bool fits = own.rank() >= 1 && own.rank() <= 4;
  for (int64_t back = 1; fits && back <= own.rank(); ++back) {
    const Dim &from = own[own.rank() - back], &to = scores[4 - back];
    if (!from.isInteger() || !to.isInteger()) continue;
    // What the last axis lacks is masked.
    fits = back == 1 ? from.value() <= to.value() : from.value() == 1 || from.value() == to.value();
  }
  if (!fits)
    c.fail("attn_mask has the shape " + own.toString() + " for scores of shape " + scores.toString());
}

Dim sumOf(const Dim& a, const Dim& b) {
  int64_t sum = 0;
  if (!a.isInteger() || !b.isInteger() || __builtin_add_overflow(a.value(), b.value(), &sum)) return {};
  return sum;
}

void infer(InferContext& c) {
  requireForm(c);
  const auto& attrs = c.attrs<AttentionAttributes>();
  const Heads q = headsOf(c, query, attrs.queryHeads), k = headsOf(c, key, attrs.keyHeads),
              v = headsOf(c, value, attrs.keyHeads);
  const Heads oldKey = headsOf(c, pastKey, {}), oldValue = headsOf(c, pastValue, {});
  const Dim validBatch = c.shape(validKeys).ranked() ? c.shape(validKeys)[0] : Dim();
  Dim batch = agree(c, q.batch, agree(c, k.batch, v.batch, "batch"), "batch");
  batch = agree(c, agree(c, batch, validBatch, "batch"), agree(c, oldKey.batch, oldValue.batch, "batch"),
                "batch");
  const Dim heads = agree(c, agree(c, k.heads, v.heads, "number of heads"),
                          agree(c, oldKey.heads, oldValue.heads, "number of heads"), "number of heads");
  const Dim head = agree(c, agree(c, q.head, k.head, "size of a head"), oldKey.head, "size of a head");
  const Dim valueHead = agree(c, v.head, oldValue.head, "size of a head");
  const Dim length = agree(c, k.length, v.length, "number of keys");
  const Dim oldLength = agree(c, oldKey.length, oldValue.length, "number of past keys");
  const Dim total = c.has(pastKey) ? sumOf(length, oldLength) : length;
  if (q.heads.isInteger() && heads.isInteger())
    c.require(heads.value() > 0 ? q.heads.value() % heads.value() == 0 : q.heads.value() == 0,
              "the number of query heads is no multiple of the number of key heads");

  const Shape scores({batch, q.heads, q.length, total});
  requireMask(c, scores);
  if (c.shape(query).ranked())
    c.output(0, c.type(query),
             c.shape(query).rank() == 4
                 ? Shape({batch, q.heads, q.length, valueHead})
                 : Shape({batch, q.length, productOf(std::vector<Dim>{q.heads, valueHead})}));
  else
    c.output(0, c.type(query), {});
  c.output(1, c.type(key), Shape({batch, heads, total, head}));
  c.output(2, c.type(value), Shape({batch, heads, total, valueHead}));
  c.output(3, c.type(query), scores);
}

Cost cost(const Node& node, const Graph& graph) {
  Cost made = movedBytes(node, graph);
  const auto shape = AttentionShape::of(node, graph);
  if (!shape) return made;
  const int64_t scores = saturatingProduct(saturatingProduct(shape->batch, shape->queryHeads),
                                           saturatingProduct(shape->queries, shape->keys()));
  made.macs = saturatingProduct(scores, shape->head + shape->valueHead);
  made.operations = saturatingProduct(scores, 6);  // scale, bias, and the four of a softmax
  return made;
}

int since(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<AttentionAttributes>();
  if (attrs.leftWindow >= 0 || attrs.rightWindow >= 0) return 25;
  return ops::inputType(node, graph, validKeys) != DType::undefined ? 24 : 23;
}

}  // namespace

constinit const Op ops::attention{.name = "Attention",
                                  .since = 23,
                                  .sinceFor = since,
                                  .minInputs = 3,
                                  .maxInputs = 7,
                                  .maxOutputs = 4,
                                  .attributes = AttentionAttributes::read,
                                  .infer = infer,
                                  .reference = attentionKernel,
                                  .scratch = attentionScratch,
                                  .cost = cost};

}  // namespace ridge
