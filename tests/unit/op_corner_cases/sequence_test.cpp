// Corners of normalizations, attention, recurrent ops and losses that no peer answers, and what they refuse.
#include <cmath>

#include "support/graph_maker.h"
#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

using testing::DoubleNear;
using testing::HasSubstr;

std::string complaintOf(const Op& op, const std::vector<Tensor>& inputs,
                        const AttributeList& attributes = {}) {
  try {
    run(op, inputs, attributes);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::input) << error.what();
    return error.what();
  }
  return "no error";
}

Tensor i32(std::vector<double> values) {
  const auto count = static_cast<int64_t>(values.size());
  return of(DType::i32, {count}, std::move(values));
}

// X, W, R of an op with one input and one hidden element.
std::vector<Tensor> smallest(int64_t gates, int64_t steps, int64_t batch) {
  return {iota({steps, batch, 1}), iota({1, gates, 1}), iota({1, gates, 1})};
}

TEST(Recurrent, TheFirstOutputMayBeLeftOut) {
  const std::vector<Tensor> all = runAll(ops::lstm, smallest(4, 3, 2), {}, 3);
  Node node = makeNode(ops::lstm, {}, 3);
  node.out[0] = kNoValue;
  const std::vector<Tensor> some = evaluateNode(node, smallest(4, 3, 2));
  EXPECT_EQ(numbers(some[1]), numbers(all[1]));
  EXPECT_EQ(numbers(some[2]), numbers(all[2]));
}

TEST(Recurrent, ASequenceWithoutStepsKeepsItsState) {
  std::vector<Tensor> inputs = smallest(3, 2, 2);
  inputs.insert(inputs.end(), {Tensor(), i32({0, 2}), f32({1, 2, 1}, {0.5, 0.25})});
  const std::vector<Tensor> out = runAll(ops::gru, inputs, {}, 2);
  EXPECT_EQ(numbers(out[1])[0], 0.5);
  EXPECT_EQ(numbers(out[0])[0], 0);
  EXPECT_EQ(numbers(out[0])[2], 0);
  EXPECT_EQ(numbers(out[1])[1], numbers(out[0])[3]);
}

TEST(Recurrent, NamesOfFunctionsIgnoreCaseAndParametersHaveDefaults) {
  const auto once = [](const std::string& function) {
    return numbers(run(ops::rnn, {f32({1, 1, 1}, {0.75}), f32({1, 1, 1}, {1}), f32({1, 1, 1}, {1})},
                       {{"activations", std::vector<std::string>{function}}}))[0];
  };
  EXPECT_EQ(once("affine"), 0.75);
  EXPECT_EQ(once("THRESHOLDEDRELU"), 0) << "alpha is 1";
  EXPECT_NEAR(once("ScaledTanh"), std::tanh(0.75), 1e-7);
}

TEST(Recurrent, RefusesNonsense) {
  std::vector<Tensor> inputs = smallest(1, 2, 1);
  EXPECT_THAT(complaintOf(ops::rnn, inputs, {{"activations", std::vector<std::string>{"Gelu"}}}),
              HasSubstr("no activation named Gelu"));
  EXPECT_THAT(complaintOf(ops::lstm, smallest(4, 2, 1), {{"activations", std::vector<std::string>{"Tanh"}}}),
              HasSubstr("3 are needed"));
  EXPECT_THAT(complaintOf(ops::rnn, inputs, {{"direction", std::string("sideways")}}),
              HasSubstr("direction"));
  EXPECT_THAT(complaintOf(ops::rnn, inputs, {{"direction", std::string("bidirectional")}}),
              HasSubstr("instead of [2,1,1]"));
  EXPECT_THAT(complaintOf(ops::gru, inputs), HasSubstr("input 1"));
  EXPECT_THAT(complaintOf(ops::rnn, inputs, {{"hidden_size", int64_t{5}}}), HasSubstr("[1,5,1]"));
  inputs.insert(inputs.end(), {Tensor(), i32({3})});
  EXPECT_THAT(complaintOf(ops::rnn, inputs), HasSubstr("3 of 2 steps"));
  inputs.back() = i32({-1});
  EXPECT_THAT(complaintOf(ops::rnn, inputs), HasSubstr("-1 of 2 steps"));
}

TEST(Attention, WhatNobodySeesMayBeAnything) {
  const Tensor q = f32({1, 1, 1, 1}, {1}), k = f32({1, 1, 2, 1}, {1, 1}), v = f32({1, 1, 2, 1}, {3, NAN});
  const Tensor mask = of(DType::boolean, {1, 2}, {1, 0});
  EXPECT_THAT(numbers(run(ops::attention, {q, k, v, mask})), ElementsAre(3));
}

TEST(Attention, RefusesNonsense) {
  const Tensor four = iota({1, 4, 2, 2}), three = iota({1, 3, 2, 2}), flat = iota({1, 2, 6});
  EXPECT_THAT(complaintOf(ops::attention, {four, three, three}), HasSubstr("no multiple"));
  EXPECT_THAT(complaintOf(ops::attention, {flat, flat, flat}), HasSubstr("need q_num_heads"));
  EXPECT_THAT(complaintOf(ops::attention, {flat, flat, flat},
                          {{"q_num_heads", int64_t{4}}, {"kv_num_heads", int64_t{4}}}),
              HasSubstr("does not divide into 4 heads"));
  EXPECT_THAT(complaintOf(ops::attention, {four, four, four, Tensor(), four}), HasSubstr("come together"));
  EXPECT_THAT(complaintOf(ops::attention, {four, four, four, iota({3, 2})}), HasSubstr("attn_mask"));
  EXPECT_THAT(complaintOf(ops::attention, {four, four, iota({1, 4, 3, 2})}), HasSubstr("number of keys"));
}

TEST(RotaryEmbedding, PositionsAreInTheCache) {
  const Tensor x = iota({1, 1, 1, 2}), cache = iota({3, 1});
  const auto complaint = [&](int64_t position) {
    const Tensor ids = of(DType::i64, {1, 1}, {static_cast<double>(position)});
    return complaintOf(ops::rotaryEmbedding, {x, cache, cache, ids});
  };
  EXPECT_EQ(complaint(2), "no error");
  EXPECT_THAT(complaint(3), HasSubstr("position 3 is outside"));
  EXPECT_THAT(complaint(-1), HasSubstr("position -1 is outside"));
}

TEST(Loss, ClassesExist) {
  const Tensor x = iota({2, 3});
  EXPECT_THAT(complaintOf(ops::negativeLogLikelihoodLoss, {x, i64({0, 3})}), HasSubstr("class 3 of 3"));
  EXPECT_THAT(complaintOf(ops::softmaxCrossEntropyLoss, {x, i64({-1, 0})}), HasSubstr("class -1 of 3"));
  EXPECT_THAT(numbers(run(ops::negativeLogLikelihoodLoss, {x, i64({9, 1})}, {{"ignore_index", int64_t{9}}})),
              ElementsAre(-4));
  EXPECT_TRUE(std::isnan(
      numbers(run(ops::negativeLogLikelihoodLoss, {x, i64({9, 9})}, {{"ignore_index", int64_t{9}}}))[0]));
}

TEST(Normalization, RefusesScalesThatDoNotFit) {
  EXPECT_THAT(complaintOf(ops::layerNormalization, {iota({2, 3}), iota({2})}), HasSubstr("broadcast"));
  EXPECT_THAT(complaintOf(ops::layerNormalization, {iota({3}), iota({2, 3})}), HasSubstr("broadcast"));
  EXPECT_THAT(complaintOf(ops::layerNormalization, {iota({2, 3}), iota({3})}, {{"axis", int64_t{2}}}),
              HasSubstr("axis"));
  EXPECT_THAT(complaintOf(ops::groupNormalization, {iota({1, 4, 2}), iota({4}), iota({4})},
                          {{"num_groups", int64_t{3}}}),
              HasSubstr("equal groups"));
  EXPECT_THAT(complaintOf(ops::groupNormalization, {iota({1, 4, 2}), iota({2}), iota({2})},
                          {{"num_groups", int64_t{2}}}),
              HasSubstr("4 channels"));
}

TEST(Normalization, MomentsHaveTheTypeThatTheStashNames) {
  const std::vector<Tensor> out =
      runAll(ops::layerNormalization, {iota({2, 3}, DType::f16), iota({3}, DType::f16)},
             {{"stash_type", static_cast<int64_t>(DType::bf16)}}, 3);
  EXPECT_EQ(out[0].type(), DType::f16);
  EXPECT_EQ(out[1].type(), DType::bf16);
  EXPECT_THAT(numbers(out[1]), ElementsAre(1, 4));
}

TEST(Dropout, TrainingIsRefusedUnlessItDropsNothing) {
  const Tensor x = f32({1, 2}), yes = of(DType::boolean, {}, {1}), no = of(DType::boolean, {}, {0});
  const Tensor half = of(DType::f32, {}, {0.5}), zero = of(DType::f32, {}, {0});
  EXPECT_THAT(numbers(run(ops::dropout, {x, half, no})), ElementsAre(1, 2));
  EXPECT_THAT(numbers(runAll(ops::dropout, {x, zero, yes}, {}, 2)[1]), ElementsAre(1, 1));
  EXPECT_THAT(complaintOf(ops::dropout, {x, half, yes}), HasSubstr("training"));
  EXPECT_THAT(complaintOf(ops::dropout, {x, Tensor(), yes}), HasSubstr("training"));
}

}  // namespace
}  // namespace ridge::test
