// The attention kernel against the imported graph: sizes around its tiles, layouts of heads, masks.
#include <limits>

#include "plan_numbers.h"

namespace ridge::test {
namespace {

struct Case {
  int64_t batch = 2, queries = 9, keys = 9, heads = 3, head = 8;
  Dims mask = {};
  bool fixedMask = false;
};

/// As networks write it: projections, heads, scores, mask, Softmax, sums, heads joined.
void network(GraphMaker& m, const Case& c) {
  const int64_t width = c.heads * c.head;
  const ValueId x = m.input("x", {c.batch, c.queries, width});
  const ValueId y = c.keys == c.queries ? x : m.input("y", {c.batch, c.keys, width});
  const auto split = [&](ValueId from, int64_t length, const std::string& name, const Ints& perm) {
    const ValueId flat = m.node(ops::matMul, {from, m.weights(name + "_w", {width, width}, 0.3F)}, name);
    const ValueId wide =
        m.node(ops::reshape, {flat, m.ints(name + "_s", {c.batch, length, c.heads, c.head})}, name + "_r");
    return m.node(ops::transpose, {wide}, name + "_t", {{"perm", perm}});
  };
  const ValueId q = split(x, c.queries, "q", {0, 2, 1, 3}), k = split(y, c.keys, "k", {0, 2, 3, 1}),
                v = split(y, c.keys, "v", {0, 2, 1, 3});
  ValueId scores =
      m.node(ops::mul, {m.node(ops::matMul, {q, k}, "products"), m.scalar("by", 0.35F)}, "scaled");
  if (!c.mask.empty()) {
    const ValueId mask = c.fixedMask ? m.weights("mask", c.mask)
                                     : m.input("mask", std::vector<Dim>(c.mask.begin(), c.mask.end()));
    scores = m.node(ops::add, {scores, mask}, "masked");
  }
  const ValueId sums = m.node(ops::matMul, {m.node(ops::softmax, {scores}, "weights"), v}, "sums");
  const ValueId back = m.node(ops::transpose, {sums}, "back", {{"perm", Ints{0, 2, 1, 3}}});
  m.output("out", m.node(ops::reshape, {back, m.ints("joined", {c.batch, c.queries, width})}, "out"));
}

TEST(AttentionPlan, isOneStepThatReadsHeadsInPlace) {
  GraphMaker m;
  network(m, {.batch = 1, .queries = 20, .keys = 20});
  const std::string text = planText(planFor(m));
  const std::string line = "ridge.attention [cpu attention] slice@arena, slice@arena, slice@arena ->";
  EXPECT_NE(text.find(line), std::string::npos) << text;
  EXPECT_EQ(text.find("softmax"), std::string::npos) << text;
  EXPECT_EQ(text.find("batch_matmul"), std::string::npos) << text;
}

TEST(AttentionPlan, sizesAroundTheTiles) {
  for (const int64_t queries : {1, 2, 13, 15, 33, 57})
    for (const int64_t keys : {1, 5, 17, 70}) {
      SCOPED_TRACE(testing::Message() << queries << " queries, " << keys << " keys");
      GraphMaker m;
      network(m, {.queries = queries, .keys = keys, .head = queries % 2 == 0 ? 5 : 8});
      expectSameNumbers(m);
    }
}

// More scores than a tile holds: several blocks of queries, the last one smaller.
TEST(AttentionPlan, blocksOfQueries) {
  GraphMaker m;
  network(m, {.batch = 1, .queries = 131, .keys = 800, .heads = 2});
  expectSameNumbers(m);
}

TEST(AttentionPlan, masks) {
  for (const Dims& mask :
       {Dims{2, 3, 9, 7}, Dims{2, 1, 1, 7}, Dims{9, 7}, Dims{9, 1}, Dims{3, 1, 1}, Dims{7}})
    for (const bool fixed : {false, true}) {
      SCOPED_TRACE(Shape::of(mask).toString());
      GraphMaker m;
      network(m, {.keys = 7, .mask = mask, .fixedMask = fixed});
      expectSameNumbers(m);
    }
}

// A mask whose keys lie apart in memory, and keys that nobody has transposed.
TEST(AttentionPlan, anyStrides) {
  GraphMaker m;
  const ValueId q = m.input("q", {2, 6, 5}), k = m.input("k", {2, 5, 8}), v = m.input("v", {8, 2, 7});
  const ValueId mask = m.node(ops::transpose, {m.node(ops::relu, {m.input("m", {8, 6})}, "r")}, "turned");
  const ValueId values =
      m.node(ops::transpose, {m.node(ops::relu, {v}, "rv")}, "values", {{"perm", Ints{1, 0, 2}}});
  const ValueId scores = m.node(ops::add, {m.node(ops::matMul, {q, k}, "products"), mask}, "masked");
  m.output("y", m.node(ops::matMul, {m.node(ops::softmax, {scores}, "weights"), values}, "y"));
  expectSameNumbers(m);
}

// ONNX's own: heads side by side, and a query that may see nothing gets zeros.
TEST(AttentionPlan, theStandardsOwn) {
  for (const bool causal : {false, true}) {
    GraphMaker m;
    std::vector<ValueId> in{m.input("q", {2, 9, 24}), m.input("k", {2, 11, 24}), m.input("v", {2, 11, 12})};
    if (!causal) {
      Floats mask(9 * 11, 0.25F);
      std::fill_n(mask.begin() + 11, 11, -std::numeric_limits<float>::infinity());
      mask[40] = -std::numeric_limits<float>::infinity();
      in.push_back(m.floats("mask", {9, 11}, mask));
    }
    m.output("y", m.node(ops::attention, in, "y",
                         {{"q_num_heads", int64_t{3}},
                          {"kv_num_heads", int64_t{3}},
                          {"is_causal", int64_t{causal ? 1 : 0}}}));
    GraphMaker same = m;
    EXPECT_NE(planText(planFor(same)).find("[cpu attention]"), std::string::npos);
    expectSameNumbers(m);
  }
}

}  // namespace
}  // namespace ridge::test
