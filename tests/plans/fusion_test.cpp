// Which nodes become one step.
#include "plan_testing.h"

namespace ridge::test {
namespace {

TEST(Fusion, ConvReluResidualAreOneStep) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId first = m.node(ops::relu, {conv(m, x, "first", 16, 16)}, "first_relu");
  const ValueId second = m.node(ops::relu, {conv(m, first, "second", 16, 16)}, "second_relu");
  const ValueId third = conv(m, second, "third", 16, 16);
  m.output("y", m.node(ops::relu, {m.node(ops::add, {third, first}, "sum")}, "act"));
  expectPlan(planFor(m), R"(
    + first: Conv+Relu [[]cpu conv_gemm]*
    + third: Conv+Add+Relu [[]cpu conv_gemm] last@arena, packed, plain@constant, last@arena -> last@arena
    - *: Relu *
    - *: Add *
    - *fallback
  )");
}

TEST(Fusion, BatchNormDisappears) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 4, 8, 8});
  const ValueId norm = m.node(ops::batchNormalization,
                              {conv(m, x, "conv", 8, 4), m.weights("scale", {8}), m.weights("shift", {8}),
                               m.weights("mean", {8}), m.floats("var", {8}, Floats(8, 2.0F))},
                              "norm");
  m.output("y", m.node(ops::relu, {norm}, "act"));
  expectPlan(planFor(m), R"(
    + conv: Conv+Relu *
    - *BatchNormalization*
    - *Mul*
  )");
}

TEST(Fusion, HardSwishRunsInTheConvolution) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 8, 8, 8});
  m.output("y", m.node(ops::hardSwish, {conv(m, x, "conv", 8, 8)}, "act"));
  expectPlan(planFor(m), R"(
    + conv: Conv+*HardSwish *
    - act: HardSwish*
  )");
}

TEST(Fusion, DepthwiseHasItsOwnKernel) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 32, 8, 8});
  const ValueId point = conv(m, x, "point", 32, 32, 1);
  m.output("y", m.node(ops::relu, {conv(m, point, "deep", 32, 32, 3, 32)}, "act"));
  expectPlan(planFor(m), R"(
    + point: Conv [[]cpu conv_gemm]*
    + deep: Conv+Relu [[]cpu conv_depthwise]*
  )");
}

TEST(Fusion, GemmWithBiasAndReluIsOneStep) {
  GraphMaker m;
  const ValueId x = m.input("x", {4, 32});
  const ValueId product =
      m.node(ops::gemm, {x, m.weights("w", {16, 32}), m.weights("b", {16})}, "fc", {{"transB", int64_t{1}}});
  m.output("y", m.node(ops::relu, {product}, "act"));
  expectPlan(planFor(m), R"(
    = 1
    + fc*: MatMul+Add+Relu [[]cpu matmul] plain@input0, packed, plain@constant -> plain@output0
  )");
}

TEST(Fusion, APointwiseChainIsOneStep) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 4, 8, 8});
  const ValueId a = m.node(ops::exp, {x}, "a"), b = m.node(ops::tanh, {a}, "b");
  m.output("y", m.node(ops::mul, {b, a}, "c"));
  expectPlan(planFor(m), R"(
    = 1
    + c: Exp+Tanh+Mul [[]cpu pointwise] plain@input0 -> plain@output0
  )");
}

TEST(Fusion, AValueWithAnotherReaderIsAnExtraOutputNotAnotherStep) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 8, 8, 8});
  const ValueId sum = conv(m, x, "conv", 8, 8);
  const ValueId act = m.node(ops::relu, {sum}, "act");
  m.output("y", conv(m, act, "after", 8, 8));
  m.output("z", m.node(ops::globalAveragePool, {sum}, "pool"));
  expectPlan(planFor(m), R"(
    + conv: Conv+Relu *-> last@arena, last@arena*
    - act:*
  )");
}

TEST(Fusion, PoolsTakeNoEpilogue) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 8, 8, 8});
  const ValueId pool = m.node(ops::maxPool, {x}, "pool", {{"kernel_shape", Ints{2, 2}}});
  m.output("y", m.node(ops::relu, {pool}, "act"));
  const Plan plan = planFor(m);
  expectPlan(plan, R"(
    + pool: MaxPool [[]cpu pool]*
    + act: Relu [[]cpu pointwise]*
  )");
  bool said = false;
  for (const Decision& decision : plan.decisions)
    said = said || decision.sentence.find("a pool has no epilogue") != std::string::npos;
  EXPECT_TRUE(said) << "the refusal is recorded";
}

TEST(Fusion, TheReferenceBackendRunsNodeByNode) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 4, 8, 8});
  m.output("y", m.node(ops::relu, {conv(m, x, "conv", 8, 4)}, "act"));
  expectPlan(planFor(m, "reference"), R"(
    = 2
    + conv: Conv [[]reference node] plain@input0, plain@constant, plain@constant -> plain@arena
    + act: Relu [[]reference expression] plain@arena -> plain@output0
    - *fallback
    - *last@*
  )");
}

}  // namespace
}  // namespace ridge::test
