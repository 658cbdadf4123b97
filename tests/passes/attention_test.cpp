// Attention as exporters write it, and ONNX's own.
#include <cmath>
#include <limits>

#include "ops/lowered/dot_attention.h"
#include "passes/recognise_testing.h"

namespace ridge::test {
namespace {

using testing::Contains;
using testing::HasSubstr;

struct Form {
  Dims q = {2, 3, 5, 4}, k = {2, 3, 7, 4}, v = {2, 3, 7, 6};
  bool turned = true;  ///< K is an input of its own that is transposed, else it comes as K^T
  float queryScale = 0, keyScale = 0, scoreScale = 0, scoreDivisor = 0;  ///< 0: none
  Dims mask = {};
  bool maskFirst = false;
  int64_t axis = -1;
  std::string tapped = "";
};

Dims swapped(Dims dims) {
  std::swap(dims[dims.size() - 1], dims[dims.size() - 2]);
  return dims;
}

Graph attention(const Form& form) {
  GraphMaker m;
  const auto dimsOf = [](const Dims& dims) { return std::vector<Dim>(dims.begin(), dims.end()); };
  const auto scaled = [&](ValueId x, float by, const std::string& name) {
    return by == 0 ? x : m.node(ops::mul, {x, m.floats(name + "_by", {1, 1}, {by})}, name);
  };
  ValueId q = m.input("q", dimsOf(form.q));
  ValueId k = m.input("k", dimsOf(form.turned ? form.k : swapped(form.k)));
  const ValueId v = m.input("v", dimsOf(form.v));
  q = scaled(q, form.queryScale, "q_scaled");
  if (form.turned) {
    Ints perm(form.k.size());
    for (size_t at = 0; at < perm.size(); ++at) perm[at] = static_cast<int64_t>(at);
    std::swap(perm[perm.size() - 1], perm[perm.size() - 2]);
    k = m.node(ops::transpose, {k}, "k_turned", {{"perm", perm}});
  }
  k = scaled(k, form.keyScale, "k_scaled");
  ValueId scores = scaled(m.node(ops::matMul, {q, k}, "products"), form.scoreScale, "scaled");
  if (form.scoreDivisor != 0)
    scores = m.node(ops::div, {scores, m.scalar("divisor", form.scoreDivisor)}, "divided");
  if (!form.mask.empty()) {
    const ValueId mask = m.input("mask", dimsOf(form.mask));
    scores = form.maskFirst ? m.node(ops::add, {mask, scores}, "masked")
                            : m.node(ops::add, {scores, mask}, "masked");
  }
  const ValueId weights = m.node(ops::softmax, {scores}, "weights", {{"axis", form.axis}});
  m.output("y", m.node(ops::matMul, {weights, v}, "y"));
  if (form.tapped == "weights") m.output("tapped", weights);
  if (form.tapped == "scores") m.output("tapped", scores);
  return m.finish();
}

void expectAttention(const Form& form, double scale, const std::string& what) {
  SCOPED_TRACE(what);
  const Graph before = attention(form), after = lowered(before);
  ASSERT_EQ(count(after, ops::dotAttention), 1) << dump(after);
  EXPECT_LE(after.order().size(), form.turned ? 1U : 2U) << dump(after);
  for (const NodeId id : after.order())
    if (after.node(id).op == &ops::dotAttention) {
      EXPECT_NEAR(static_cast<double>(after.node(id).as<ops::DotAttentionAttributes>().scale), scale, 1e-7);
    }
  expectSameAnswers(before, after);
  const Graph apart = takenApart(after);
  EXPECT_EQ(count(apart, ops::dotAttention), 0);
  EXPECT_EQ(count(apart, ops::matMul), 2);
  EXPECT_EQ(count(apart, ops::softmax), 1);
  expectSameAnswers(before, apart);
}

TEST(Attention, scalesAnywhere) {
  expectAttention({}, 1, "bare");
  expectAttention({.scoreScale = 0.5F}, 0.5, "behind the product");
  expectAttention({.scoreDivisor = 8}, 0.125, "divided");
  expectAttention({.queryScale = 0.5F}, 0.5, "on Q");
  expectAttention({.keyScale = 0.25F}, 0.25, "on K");
  expectAttention({.queryScale = 0.5F, .keyScale = 0.5F, .scoreDivisor = 2}, 0.125, "everywhere");
  expectAttention({.turned = false, .scoreScale = 0.5F}, 0.5, "K comes transposed");
}

TEST(Attention, masksOfAnyBroadcast) {
  for (const Dims& mask : {Dims{2, 3, 5, 7}, Dims{2, 1, 1, 7}, Dims{5, 7}, Dims{1}, Dims{3, 5, 1}})
    expectAttention({.scoreScale = 0.5F, .mask = mask}, 0.5, Shape::of(mask).toString());
  expectAttention({.scoreScale = 0.5F, .mask = {1, 1, 5, 7}, .maskFirst = true}, 0.5, "mask + scores");
}

TEST(Attention, anyNumberOfAxes) {
  expectAttention({.q = {5, 4}, .k = {7, 4}, .v = {7, 6}}, 1, "a matrix");
  expectAttention({.q = {2, 5, 4}, .k = {2, 7, 4}, .v = {2, 7, 6}, .mask = {5, 7}}, 1, "three");
  expectAttention({.q = {2, 1, 3, 5, 4}, .k = {2, 1, 3, 7, 4}, .v = {2, 1, 3, 7, 4}}, 1, "five");
}

TEST(Attention, leavesWhatOnlyLooksLikeIt) {
  expectLeft(attention({.axis = -2}), ops::dotAttention, "softmax over queries");
  expectLeft(attention({.tapped = "weights"}), ops::dotAttention, "the weights are an output");
  expectLeft(attention({.tapped = "scores"}), ops::dotAttention, "the scores are an output");
  expectLeft(attention({.q = {1, 3, 5, 4}}), ops::dotAttention, "broadcast");
  expectLeft(attention({.q = {1, 1, 5, 4}, .k = {1, 1, 7, 4}, .v = {1, 1, 7, 4}, .mask = {2, 3, 5, 7}}),
             ops::dotAttention, "the mask stretches the scores");
  PassReport report;
  lowered(attention({.q = {1, 3, 5, 4}}), report);
  EXPECT_THAT(declinedSentences(report), Contains(HasSubstr("broadcast")));
}

// A Softmax of nothing but -infinity is NaN; recognition changes nothing about it.
TEST(Attention, aQueryThatSeesNothingStaysNaN) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 4});
  constexpr float kHidden = -std::numeric_limits<float>::infinity();
  const ValueId mask = m.floats("mask", {2, 2}, {0, 0, kHidden, kHidden});
  const ValueId turned = m.node(ops::transpose, {x}, "turned");
  const ValueId scores = m.node(ops::add, {m.node(ops::matMul, {x, turned}, "p"), mask}, "scores");
  m.output("y", m.node(ops::matMul, {m.node(ops::softmax, {scores}, "w"), x}, "y"));
  const Graph before = m.finish(), after = lowered(before);
  ASSERT_EQ(count(after, ops::dotAttention), 1) << dump(after);
  const auto got = toDoubles(evaluate(after, someInputs(after)).front());
  EXPECT_FALSE(std::isnan(got[0]));
  EXPECT_TRUE(std::isnan(got[4]));
}

TEST(Attention, constantKeysStayProducts) {
  GraphMaker m;
  const ValueId scores = m.node(ops::matMul, {m.input("x", {4, 6}), m.weights("k", {6, 8})}, "scores");
  const ValueId weights = m.node(ops::softmax, {scores}, "weights");
  m.output("y", m.node(ops::matMul, {weights, m.weights("v", {8, 5})}, "y"));
  expectLeft(m.finish(), ops::dotAttention, "constant");
}

// As Swin does it: positions by head, then windows between two Reshapes.
Graph windows(const Dims& windowMask, bool variable = false) {
  GraphMaker m;
  const ValueId q = m.input("q", {6, 2, 5, 4}), k = m.input("k", {6, 2, 4, 5}),
                v = m.input("v", {6, 2, 5, 4});
  const ValueId products = m.node(ops::matMul, {q, k}, "products");
  const ValueId placed = m.node(ops::add, {products, m.weights("places", {1, 2, 5, 5})}, "placed");
  const ValueId split = m.node(ops::reshape, {placed, m.ints("split_shape", {2, 3, 2, 5, 5})}, "split");
  const ValueId mask = variable ? m.input("mask", std::vector<Dim>(windowMask.begin(), windowMask.end()))
                                : m.weights("mask", windowMask);
  const ValueId masked = m.node(ops::add, {split, mask}, "masked");
  const ValueId joined = m.node(ops::reshape, {masked, m.ints("joined_shape", {6, 2, 5, 5})}, "joined");
  m.output("y", m.node(ops::matMul, {m.node(ops::softmax, {joined}, "weights"), v}, "y"));
  return m.finish();
}

TEST(Attention, windowsAreMasksToo) {
  for (const Dims& mask :
       {Dims{2, 3, 1, 5, 5}, Dims{1, 1, 1, 5, 5}, Dims{2, 5, 5}, Dims{1}, Dims{2, 3, 2, 1, 1}}) {
    SCOPED_TRACE(Shape::of(mask).toString());
    const Graph before = windows(mask), after = lowered(before);
    EXPECT_EQ(count(after, ops::dotAttention), 1) << dump(after);
    EXPECT_EQ(count(after, ops::reshape) + count(after, ops::softmax) + count(after, ops::add), 0)
        << dump(after);
    expectSameAnswers(before, after);
  }
  expectLeft(windows({1, 3, 1, 5, 5}), ops::dotAttention, "the same for each of two batches");
  expectLeft(windows({2, 3, 1, 5, 5}, true), ops::dotAttention, "computed");
}

TEST(AddBetweenReshapes, axesThatAreCutOtherwise) {
  struct Cut {
    std::vector<Dim> outer;
    Ints inner;
    Dims constant;
    bool moves;
  };
  const Cut cuts[] = {{{4, 6}, {2, 2, 6}, {2, 2, 1}, true}, {{4, 6}, {2, 2, 6}, {2, 1, 1}, false},
                      {{2, 12}, {2, 3, 4}, {3, 4}, true},   {{2, 12}, {2, 3, 4}, {4}, false},
                      {{4, 6}, {3, 8}, {3, 8}, true},       {{4, 6}, {3, 8}, {8}, false},
                      {{1, 4, 1, 6}, {4, 6}, {4, 1}, true}, {{4, 6}, {1, 4, 6, 1}, {1, 1, 6, 1}, true},
                      {{2, 1, 3}, {2, 3}, {1}, true}};
  for (const Cut& form : cuts) {
    GraphMaker m;
    const ValueId x = m.input("x", form.outer);
    const ValueId inner = m.node(ops::reshape, {x, m.ints("inner", form.inner)}, "in");
    const ValueId sum = m.node(ops::add, {m.weights("c", form.constant), inner}, "sum");
    Ints back;
    for (const Dim& dim : form.outer) back.push_back(dim.value());
    m.output("y", m.node(ops::relu, {m.node(ops::reshape, {sum, m.ints("outer", back)}, "out")}, "y"));
    const Graph before = m.finish(), after = lowered(before);
    SCOPED_TRACE(dump(before));
    EXPECT_EQ(count(after, ops::reshape), form.moves ? 0 : 2) << dump(after);
    expectSameAnswers(before, after);
  }
}

// --- ONNX's own

struct Own {
  bool flat = false, causal = false, booleans = false;
  Dims mask = {};
  int64_t keyHeads = 3;
};

Graph own(const Own& form) {
  GraphMaker m;
  const auto dims = [&](int64_t length, int64_t heads, int64_t head) {
    return form.flat ? std::vector<Dim>{2, length, heads * head} : std::vector<Dim>{2, heads, length, head};
  };
  std::vector<ValueId> in{m.input("q", dims(5, 3, 4)), m.input("k", dims(7, form.keyHeads, 4)),
                          m.input("v", dims(7, form.keyHeads, 6))};
  if (!form.mask.empty())
    in.push_back(m.input("mask", std::vector<Dim>(form.mask.begin(), form.mask.end()),
                         form.booleans ? DType::boolean : DType::f32));
  if (form.flat)
    m.output("y", m.node(ops::attention, in, "y",
                         {{"q_num_heads", int64_t{3}},
                          {"kv_num_heads", form.keyHeads},
                          {"is_causal", int64_t{form.causal ? 1 : 0}}}));
  else
    m.output("y", m.node(ops::attention, in, "y", {{"is_causal", int64_t{form.causal ? 1 : 0}}}));
  return m.finish();
}

TEST(Attention, theStandardsOwn) {
  const Own forms[] = {{},
                       {.flat = true},
                       {.causal = true},
                       {.flat = true, .causal = true},
                       {.mask = {5, 7}},
                       {.mask = {2, 1, 1, 7}},
                       {.booleans = true, .mask = {5, 7}}};
  for (const Own& form : forms) {
    const Graph before = own(form), after = lowered(before);
    SCOPED_TRACE(dump(after));
    EXPECT_EQ(count(after, ops::dotAttention), 1);
    EXPECT_EQ(count(after, ops::attention), 0);
    expectSameAnswers(before, after);
    const Graph apart = takenApart(after);
    EXPECT_EQ(count(apart, ops::attention), 1);
    expectSameAnswers(before, apart);
  }
  for (const Own& form : {Own{.keyHeads = 1}, Own{.mask = {5, 3}}, Own{.causal = true, .mask = {5, 7}}})
    expectLeft(own(form), ops::dotAttention, "what its kernel does not know");
}

TEST(Attention, ofTheStandardWithoutKeysIsZero) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 1, 2, 4});
  constexpr float kHidden = -std::numeric_limits<float>::infinity();
  const ValueId mask = m.floats("mask", {2, 2}, {0, 0, kHidden, kHidden});
  m.output("y", m.node(ops::attention, {x, x, x, mask}, "y"));
  const Graph after = lowered(m.finish());
  ASSERT_EQ(count(after, ops::dotAttention), 1);
  EXPECT_EQ(toDoubles(evaluate(after, someInputs(after)).front())[4], 0);
}

}  // namespace
}  // namespace ridge::test
