// The vector interpreter gives the bits of the scalar one, on every instruction set, for any strides.
#include "cpu/kernels/pointwise/pointwise.h"

#include <gtest/gtest.h>

#include <limits>
#include <random>

#include "base/denormals.h"
#include "ir/expr_eval.h"
#include "reference.h"

namespace ridge::cpu {
namespace {

/// A random program over `inputs` operands with every kind of instruction.
Expr randomProgram(uint32_t seed, size_t inputs) {
  std::mt19937 random(seed);
  Expr expr;
  expr.in.resize(inputs);
  expr.constants = {0.0f, 1.0f, -2.5f};
  for (uint16_t i = 0; i < inputs; ++i) expr.code.push_back({ExprOp::operand, i});
  for (uint16_t i = 0; i < 3; ++i) expr.code.push_back({ExprOp::constant, i});
  for (int i = 0; i < 25; ++i) {
    const auto pick = [&] { return static_cast<uint16_t>(random() % expr.code.size()); };
    const auto op = static_cast<ExprOp>(2 + random() % 21);
    Instr instr{op, pick(), pick(), pick()};
    if (arity(op) < 2) instr.b = 60000;  // what an operation does not have may hold anything
    if (arity(op) < 3) instr.c = 60000;
    expr.code.push_back(instr);
  }
  const auto last = static_cast<uint16_t>(expr.code.size() - 1);
  expr.out = {{last}, {static_cast<uint16_t>(last - 3)}, {0}};
  expr.out.resize(1 + seed % 3);
  return expr;
}

std::vector<float> mixedFloats(int64_t count, uint32_t seed) {
  std::vector<float> values = randomFloats(count, seed, -8.0f, 8.0f);
  const float special[] = {0.0f,
                           -0.0f,
                           1e-41f,
                           -3e-39f,
                           std::numeric_limits<float>::infinity(),
                           -std::numeric_limits<float>::infinity(),
                           std::numeric_limits<float>::quiet_NaN(),
                           3e38f};
  for (size_t i = 0; i < values.size(); i += 7) values[i] = special[(i / 7 + seed) % 8];
  return values;
}

struct Case {
  Dims dims;
  std::vector<Dims> in;
  Dims out;
};

std::vector<Case> cases() {
  return {{{1000}, {{1}, {1}, {0}}, {1}},
          {{2, 3, 5, 7}, {{105, 35, 7, 1}, {0, 1, 0, 0}, {0, 0, 0, 0}}, {105, 35, 7, 1}},
          {{2, 19, 4, 5}, {{380, 1, 95, 19}, {0, 1, 0, 0}, {380, 1, 95, 19}}, {380, 1, 95, 19}},
          {{2, 19, 4, 5}, {{380, 20, 5, 1}, {19, 1, 0, 0}, {0, 0, 0, 1}}, {380, 1, 95, 19}},
          {{3, 600}, {{600, 1}, {0, 1}, {1, 0}}, {700, 1}},
          {{5, 3}, {{3, 1}, {0, 1}, {1, 0}}, {1, 5}},
          {{1, 1}, {{0, 0}, {1, 1}, {0, 0}}, {1, 1}}};
}

void expectScalarBits(const Case& test, const Expr& expr, Isa isa, int parts) {
  constexpr int64_t kRoom = 4000;
  std::vector<std::vector<float>> in;
  std::vector<const float*> inAt;
  for (uint32_t i = 0; i < 3; ++i) in.push_back(mixedFloats(kRoom, i + 1));
  for (const auto& array : in) inAt.push_back(array.data());
  std::vector<std::vector<float>> got(expr.out.size(), std::vector<float>(kRoom, 7.0f)), want = got;
  std::vector<float*> gotAt;
  for (auto& array : got) gotAt.push_back(array.data());
  const PointwiseLoop loop(PointwiseProgram(expr, isa), test.dims, test.in,
                           std::vector<Dims>(expr.out.size(), test.out));
  std::vector<std::byte> storage;
  auto* workspace = reinterpret_cast<std::byte*>(align64(storage, loop.workspace(parts)));
  for (int part = 0; part < parts; ++part) loop.run(inAt.data(), gotAt.data(), workspace, part, parts);

  int64_t count = 1;
  for (const int64_t n : test.dims) count *= n;
  std::vector<float> temporaries(expr.code.size());
  for (int64_t index = 0; index < count; ++index) {
    int64_t rest = index, to = 0, from[3] = {};
    for (size_t axis = test.dims.size(); axis-- > 0; rest /= test.dims[axis]) {
      const int64_t step = rest % test.dims[axis];
      to += step * test.out[axis];
      for (size_t i = 0; i < 3; ++i) from[i] += step * test.in[i][axis];
    }
    const float operands[3] = {in[0][static_cast<size_t>(from[0])], in[1][static_cast<size_t>(from[1])],
                               in[2][static_cast<size_t>(from[2])]};
    float results[3];
    evalElement(expr, operands, results, temporaries.data());
    for (size_t i = 0; i < expr.out.size(); ++i) want[i][static_cast<size_t>(to)] = results[i];
  }
  for (size_t i = 0; i < expr.out.size(); ++i)
    EXPECT_EQ(bitDifference(expr.toString(), got[i], want[i]), "") << name(isa);
}

TEST(Pointwise, EveryInstructionSetGivesTheBitsOfTheScalarInterpreter) {
  for (const Isa isa : isasHere())
    for (const Case& test : cases())
      for (uint32_t seed = 0; seed < 12; ++seed)
        for (const int parts : {1, 3}) expectScalarBits(test, randomProgram(seed, 3), isa, parts);
}

TEST(Pointwise, SubnormalsAreFlushedAlike) {
  const FlushDenormals flush;
  for (const Isa isa : isasHere())
    for (uint32_t seed = 0; seed < 40; ++seed) expectScalarBits(cases()[0], randomProgram(seed, 3), isa, 1);
}

TEST(Pointwise, OutputMayTakeOverAnInput) {
  Expr expr;  // out = (x + y) * x: the input is read again after its first use
  expr.in.resize(2);
  expr.code = {{ExprOp::operand, 0}, {ExprOp::operand, 1}, {ExprOp::add, 0, 1}, {ExprOp::mul, 2, 0}};
  expr.out = {{3}};
  std::vector<float> x = randomFloats(1000, 1), want(x.size());
  const std::vector<float> y = randomFloats(1000, 2);
  for (size_t i = 0; i < x.size(); ++i) want[i] = (x[i] + y[i]) * x[i];
  const std::vector<Dims> in{{1}, {1}}, out{{1}};
  const PointwiseLoop loop(PointwiseProgram(expr), Dims{1000}, in, out);
  std::vector<std::byte> storage;
  auto* workspace = reinterpret_cast<std::byte*>(align64(storage, loop.workspace(1)));
  const float* operands[] = {x.data(), y.data()};
  float* result = x.data();
  loop.run(operands, &result, workspace, 0, 1);
  EXPECT_EQ(bitDifference("in place", x, want), "");
}

}  // namespace
}  // namespace ridge::cpu
