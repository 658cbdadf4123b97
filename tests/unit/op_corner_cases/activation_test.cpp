// Activations against their formulas at chosen points, and their corner cases.
#include <cmath>
#include <limits>

#include "ops/activation/clip.h"
#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

constexpr double kInf = std::numeric_limits<double>::infinity();

void expectValues(const Op& op, const std::vector<double>& x, const std::vector<double>& wanted,
                  AttributeList attributes = {}) {
  const std::vector<double> y = numbers(run(op, {f32(x)}, attributes));
  ASSERT_EQ(y.size(), wanted.size());
  for (size_t at = 0; at < y.size(); ++at)
    EXPECT_NEAR(y[at], wanted[at], 1e-6 * std::max(1.0, std::fabs(wanted[at]))) << op.name << " at " << x[at];
}

TEST(Activation, Values) {
  expectValues(ops::relu, {-2, 0, 3}, {0, 0, 3});
  expectValues(ops::leakyRelu, {-2, 3}, {-0.02, 3});
  expectValues(ops::leakyRelu, {-2, 3}, {-0.5, 3}, {{"alpha", 0.25f}});
  expectValues(ops::elu, {-1, 2}, {-0.6321205588285577, 2});
  expectValues(ops::selu, {-1, 2}, {-1.1113307378125625, 2.1014020442962646});
  expectValues(ops::celu, {-1, 2}, {-0.8646647167633873 / 2, 2}, {{"alpha", 0.5f}});
  expectValues(ops::sigmoid, {0, 2, -100}, {0.5, 0.8807970779778823, 0});
  expectValues(ops::hardSigmoid, {-4, -1, 0, 4}, {0, 0.3, 0.5, 1});
  expectValues(ops::hardSwish, {-4, -1, 0, 1, 4}, {0, -1.0 / 3, 0, 2.0 / 3, 4});
  expectValues(ops::tanh, {-1, 0, 20}, {-0.7615941559557649, 0, 1});
  expectValues(ops::softplus, {-100, 0, 1, 100}, {0, 0.6931471805599453, 1.3132616875182228, 100});
  expectValues(ops::softsign, {-1, 0, 3}, {-0.5, 0, 0.75});
  expectValues(ops::mish, {-1, 0, 1}, {-0.3034014613, 0, 0.8650983882673103});
  expectValues(ops::gelu, {-1, 0, 1}, {-0.15865525393145707, 0, 0.8413447460685429});
  expectValues(ops::gelu, {-1, 0, 1}, {-0.15880800939172324, 0, 0.8411919906082768},
               {{"approximate", std::string("tanh")}});
  expectValues(ops::thresholdedRelu, {0.5, 1, 1.5}, {0, 0, 1.5});
  expectValues(ops::swish, {1, -2}, {0.7310585786300049, -0.2384058440442351});
  expectValues(ops::swish, {1}, {0.8807970779778823}, {{"alpha", 2.0f}});
  expectValues(ops::silu, {1, -2}, {0.7310585786300049, -0.2384058440442351});
}

TEST(Activation, NanPassesThrough) {
  for (const Op* op :
       {&ops::relu, &ops::leakyRelu, &ops::elu, &ops::sigmoid, &ops::hardSigmoid, &ops::hardSwish,
        &ops::softplus, &ops::mish, &ops::gelu, &ops::clip, &ops::silu, &ops::tanh})
    EXPECT_TRUE(std::isnan(numbers(run(*op, {f32({std::nan("")})}))[0])) << op->name;
}

TEST(Activation, ReluOfIntegers) {
  EXPECT_THAT(integers(run(ops::relu, {of(DType::i8, {3}, {-128, 0, 127})})), ElementsAre(0, 0, 127));
}

TEST(Activation, ClipTakesOptionalBounds) {
  const Tensor x = f32({-5, 0.5, 9});
  EXPECT_THAT(numbers(run(ops::clip, {x, f32({}, {0}), f32({}, {6})})), ElementsAre(0, 0.5, 6));
  EXPECT_THAT(numbers(run(ops::clip, {x, Tensor(), f32({}, {6})})), ElementsAre(-5, 0.5, 6));
  EXPECT_THAT(numbers(run(ops::clip, {x})), ElementsAre(-5, 0.5, 9));
  EXPECT_THAT(numbers(run(ops::clip, {x, f32({}, {2}), f32({}, {1})})), ElementsAre(1, 1, 1));
  EXPECT_THAT(integers(run(ops::clip, {of(DType::u8, {2}, {3, 250}), of(DType::u8, {}, {5})})),
              ElementsAre(5, 250));
  expectError(ErrorCode::input, "scalars", [&] { run(ops::clip, {x, f32({1, 2})}); });
}

TEST(Activation, ClipRangeOfConstants) {
  Graph graph;
  Node node = makeNode(ops::clip, {}, 0);
  node.in = {graph.addInput("x", DType::f32, Shape({2})), kNoValue,
             graph.addConstant("six", Tensor::scalar(6.0f))};
  const auto range = ops::clipRange(node, graph);
  ASSERT_TRUE(range);
  EXPECT_EQ(range->low, -kInf);
  EXPECT_EQ(range->high, 6);
  node.in[1] = node.in[0];
  EXPECT_FALSE(ops::clipRange(node, graph));
}

TEST(Activation, PReluBroadcastsTheSlopeOnly) {
  const Tensor y = run(ops::prelu, {f32({2, 2}, {-1, 2, -3, -4}), f32({2, 1}, {0.5, 10})});
  EXPECT_THAT(numbers(y), ElementsAre(-0.5, 2, -30, -40));
  expectError(ErrorCode::input, "slope", [] { run(ops::prelu, {f32({1}, {1}), f32({2}, {1, 2})}); });
  expectError(ErrorCode::input, "slope", [] { run(ops::prelu, {f32({2}, {1, 2}), f32({2, 1}, {1, 2})}); });
}

TEST(Activation, WrongAttributesAndTypesAreErrors) {
  expectError(ErrorCode::input, "approximate", [] {
    run(ops::gelu, {f32({1})}, {{"approximate", std::string("x")}});
  });
  expectError(ErrorCode::input, "alpha must be positive", [] {
    run(ops::celu, {f32({1})}, {{"alpha", 0.0f}});
  });
  expectError(ErrorCode::input, "float type", [] { run(ops::sigmoid, {i64({1})}); });
}

}  // namespace
}  // namespace ridge::test
