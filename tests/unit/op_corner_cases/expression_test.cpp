// Every op with an expression computes the same as its reference kernel, within float32, over a sweep of
// values.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ir/expr.h"
#include "ir/expr_eval.h"
#include "ops/list.h"
#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

constexpr float kInf = std::numeric_limits<float>::infinity();
const float kNan = std::nanf("");

std::vector<float> sweep() {
  std::vector<float> values{0.0f, -0.0f, kInf, -kInf, kNan, 1e-30f, -1e-30f, 1e-6f, -1e-6f, 300.0f, -300.0f};
  for (int step = -400; step <= 400; ++step) values.push_back(static_cast<float>(step) / 32.0f);
  return values;
}

// The op's expression over `inputs` operands; `constants` replace operands from the second on.
struct Program {
  Expr expr;
  bool offered = false;
};

Program programOf(const Node& node, size_t inputs, const std::vector<float>& constants) {
  Program program;
  ExprBuilder operands(program.expr, {});
  std::vector<uint16_t> places;
  for (size_t at = 0; at < inputs; ++at) {
    program.expr.in.push_back({.value = static_cast<ValueId>(at), .axes = 1});
    places.push_back(operands.emit(ExprOp::operand, static_cast<uint16_t>(at)));
  }
  for (float value : constants) places.push_back(operands.constant(value));
  ExprBuilder builder(program.expr, places);
  program.offered = node.op->expr(node, builder);
  if (program.offered) program.expr.out.push_back({.instr = builder.result(), .value = 100});
  return program;
}

struct Case {
  const Op* op;
  size_t inputs = 1;
  std::vector<float> constants = {};
  AttributeList attributes = {};
  double tolerance = 2e-6;  // relative to the larger of the value and 1
};

void expectSame(float got, double wanted, double tolerance, const std::string& where) {
  if (std::isnan(wanted)) {
    EXPECT_TRUE(std::isnan(got)) << where << ": " << got;
  } else if (std::isinf(wanted)) {
    EXPECT_EQ(static_cast<double>(got), wanted) << where;
  } else {
    EXPECT_NEAR(static_cast<double>(got), wanted, tolerance * std::max(1.0, std::fabs(wanted))) << where;
  }
}

void expectExpressionEqualsReference(const Case& c) {
  Node node = makeNode(*c.op, c.attributes);
  node.in.assign(c.inputs + c.constants.size(), 0);
  const Program program = programOf(node, c.inputs, c.constants);
  ASSERT_TRUE(program.offered) << c.op->name;
  ASSERT_EQ(problemOf(program.expr), "") << c.op->name;
  const std::vector<float> values = sweep();
  const size_t count = values.size();
  std::vector<float> first, second;  // all pairs, thinned
  for (size_t i = 0; i<count; i += c.inputs> 1 ? 7 : 1)
    for (size_t j = 0; j < (c.inputs > 1 ? count : 1); j += 5)
      first.push_back(values[i]), second.push_back(values[j]);
  for (size_t j = 0; c.inputs > 1 && j < 11; ++j)
    for (size_t i = 0; i < 11; ++i) first.push_back(values[i]), second.push_back(values[j]);
  const auto length = static_cast<int64_t>(first.size());
  std::vector<Tensor> tensors{Tensor::of({length}, std::span<const float>(first))};
  if (c.inputs > 1) tensors.push_back(Tensor::of({length}, std::span<const float>(second)));
  for (float value : c.constants) tensors.push_back(Tensor::scalar(value));
  const std::vector<double> wanted = numbers(evaluateNode(node, tensors).front());
  std::vector<float> temporaries(program.expr.code.size());
  for (size_t at = 0; at < first.size(); ++at) {
    const float in[2] = {first[at], second[at]};
    float got = 0;
    evalElement(program.expr, in, &got, temporaries.data());
    expectSame(got, wanted[at], c.tolerance,
               std::string(c.op->name) + " of " + std::to_string(in[0]) + ", " + std::to_string(in[1]));
  }
}

std::vector<Case> allCases() {
  using namespace ops;
  return {{&add, 2},
          {&sub, 2},
          {&mul, 2},
          {&ops::div, 2},
          {&minOf, 2},
          {&maxOf, 2},
          {&sumOf, 2},
          {&meanOf, 2},
          {&prelu, 2},
          {&neg},
          {&ops::abs},
          {&ops::sqrt},
          {&reciprocal},
          {&ops::floor},
          {&ops::ceil},
          {&ops::round},
          {&sign},
          {&ops::erf},
          {&relu},
          {&leakyRelu},
          {&elu},
          {&selu},
          {&celu},
          {&sigmoid},
          {&hardSigmoid},
          {&hardSwish},
          {&ops::tanh},
          {&softplus},
          {&softsign},
          {&mish},
          {&gelu},
          {&thresholdedRelu},
          {&swish},
          {&silu},
          {&ops::sinh},
          {&ops::cosh},
          {&shrink},
          {.op = &shrink, .attributes = {{"bias", 1.5f}, {"lambd", 1.25f}}},
          {.op = &ops::exp, .tolerance = 4e-7},
          {.op = &ops::log},
          {.op = &gelu, .attributes = {{"approximate", std::string("tanh")}}},
          {.op = &celu, .attributes = {{"alpha", 0.3f}}},
          {.op = &elu, .attributes = {{"alpha", -2.0f}}},
          {.op = &swish, .attributes = {{"alpha", 1.5f}}},
          {.op = &ops::pow, .constants = {1.0f}},
          {.op = &ops::pow, .constants = {2.0f}},
          {.op = &ops::pow, .constants = {3.0f}},
          {.op = &ops::pow, .constants = {-1.0f}},
          {.op = &clip},
          {.op = &clip, .constants = {0.0f}},
          {.op = &clip, .constants = {0.0f, 6.0f}},
          {.op = &clip, .constants = {2.0f, 1.0f}},
          {.op = &maxOf, .constants = {0.0f}},
          {.op = &minOf, .constants = {1.5f}},
          {.op = &cast, .attributes = {{"to", int64_t{1}}}}};
}

TEST(Expression, EqualsReference) {
  for (const Case& c : allCases()) expectExpressionEqualsReference(c);
}

// sqrt differs from pow at -0 and -infinity, so its sweep is of its own.
TEST(Expression, PowOfHalf) {
  for (float exponent : {0.5f, -0.5f}) {
    Node node = makeNode(ops::pow, {});
    node.in = {0, 1};
    const Program program = programOf(node, 1, {exponent});
    ASSERT_TRUE(program.offered);
    std::vector<float> temporaries(program.expr.code.size());
    for (float x : {0.25f, 2.0f, 1e-20f, 1e20f}) {
      float got = 0;
      evalElement(program.expr, &x, &got, temporaries.data());
      EXPECT_FLOAT_EQ(got, std::pow(x, exponent));
    }
  }
}

TEST(Expression, IsRefusedWhereThereIsNone) {
  Node power = makeNode(ops::pow, {});
  power.in = {0, 1};
  EXPECT_FALSE(programOf(power, 1, {2.5f}).offered);
  EXPECT_FALSE(programOf(power, 2, {}).offered);
  EXPECT_FALSE(programOf(makeNode(ops::cast, {{"to", int64_t{10}}}), 1, {}).offered);
}

// A new op with an expression must be added to the cases above.
TEST(Expression, EveryElementwiseExpressionIsTested) {
  const std::vector<Case> cases = allCases();
  for (const Op* op : allOps()) {
    if (!op->expr || !op->traits.elementwise) continue;
    const auto isTested = [&](const Case& c) { return c.op == op; };
    EXPECT_TRUE(std::any_of(cases.begin(), cases.end(), isTested)) << op->name;
  }
}

}  // namespace
}  // namespace ridge::test
