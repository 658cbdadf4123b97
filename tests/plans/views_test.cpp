// What costs no step: concats written in place, reshapes, results that take over an input's memory.
#include "plan_testing.h"

namespace ridge::test {
namespace {

TEST(Views, AConcatOfConvolutionsCopiesNothing) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId stem = conv(m, x, "stem", 16, 16);
  const ValueId joined =
      m.node(ops::concat, {conv(m, stem, "left", 8, 16, 1), conv(m, stem, "right", 24, 16)}, "joined",
             {{"axis", int64_t{1}}});
  m.output("y", conv(m, joined, "after", 8, 32));
  expectPlan(planFor(m), R"(
    + left: Conv *-> slice@arena
    + right: Conv *-> slice@arena
    + after: Conv [[]cpu conv_gemm] last@arena*
    - *Concat*
    - *: copy *
  )");
}

// The one copy that an input needs is its reformat, straight into its place; others read it there.
TEST(Views, AGraphInputInAConcatIsCopiedOnce) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId joined =
      m.node(ops::concat, {x, conv(m, x, "left", 8, 16, 1)}, "joined", {{"axis", int64_t{1}}});
  m.output("y", conv(m, joined, "after", 8, 24));
  expectPlan(planFor(m), R"(
    + x: reformat [[]cpu copy] plain@input0 -> slice@arena
    + left: Conv [[]cpu conv_gemm] slice@arena*-> slice@arena
    - *Concat*
  )");
}

// DenseNet: every layer reads all that came before it.
TEST(Views, NestedConcatsWriteEveryPartOnce) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  std::vector<ValueId> parts{conv(m, x, "stem", 16, 16)};
  for (int layer = 0; layer < 4; ++layer) {
    const std::string name = "layer" + std::to_string(layer);
    const ValueId joined =
        parts.size() == 1 ? parts.front() : m.node(ops::concat, parts, name + "_in", {{"axis", int64_t{1}}});
    const int64_t from = 16 + 8 * layer;
    parts.push_back(m.node(ops::relu, {conv(m, joined, name, 8, from)}, name + "_relu"));
  }
  const ValueId all = m.node(ops::concat, parts, "all", {{"axis", int64_t{1}}});
  m.output("y", conv(m, all, "after", 8, 48));
  expectPlan(planFor(m), R"(
    + layer0: Conv+Relu *-> slice@arena
    + layer3: Conv+Relu [[]cpu conv_gemm] slice@arena,*-> slice@arena
    - *Concat*
    - *: copy *
  )");
}

TEST(Views, AReshapeAfterGlobalAveragePoolIsAView) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 16, 8, 8});
  const ValueId pooled = m.node(ops::globalAveragePool, {conv(m, x, "conv", 32, 16)}, "pool");
  const ValueId flat = m.node(ops::reshape, {pooled, m.ints("shape", {2, 32})}, "flat");
  m.output("y", m.node(ops::matMul, {flat, m.weights("w", {32, 10})}, "fc"));
  expectPlan(planFor(m), R"(
    + pool: GlobalAveragePool *-> plain@arena
    + fc: MatMul *plain@arena, packed -> plain@output0
    - flat: *
    - *Reshape*
  )");
}

// Flatten of something that lies channels-last has to move elements.
TEST(Views, AFlattenOfManyPixelsIsReformattedFirst) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 4, 4});
  const ValueId flat = m.node(ops::flatten, {conv(m, x, "conv", 16, 16)}, "flat");
  m.output("y", m.node(ops::matMul, {flat, m.weights("w", {256, 10})}, "fc"));
  expectPlan(planFor(m), R"(
    + conv: reformat [[]cpu copy] last@arena -> plain@arena
    + fc: MatMul *
    - *Reshape*
  )");
}

ValueId channels(GraphMaker& m, ValueId x, const std::string& name, int64_t from, int64_t to) {
  return m.node(ops::slice,
                {x, m.ints(name + "_from", {from}), m.ints(name + "_to", {to}), m.ints(name + "_axis", {1})},
                name);
}

// ShuffleNet: both halves are read where they lie.
TEST(Views, SlicesOfChannelsCopyNothing) {
  GraphMaker m;
  const ValueId stem = conv(m, m.input("x", {1, 16, 8, 8}), "stem", 16, 16);
  m.output("left", conv(m, channels(m, stem, "low", 0, 8), "left", 8, 8, 1));
  m.output("right", conv(m, channels(m, stem, "high", 8, 16), "right", 8, 8, 1));
  expectPlan(planFor(m), R"(
    + left: Conv [[]cpu conv_gemm] slice@arena*
    + right: Conv [[]cpu conv_gemm] slice@arena*
    - *Slice*
  )");
}

TEST(Views, APartOfASplitIsReadWhereItLies) {
  GraphMaker m;
  const ValueId stem = conv(m, m.input("x", {1, 16, 8, 8}), "stem", 16, 16);
  const auto parts = m.nodeWithOutputs(ops::split, {stem, m.ints("sizes", {4, 12})}, {"few", "many"},
                                       {{"axis", int64_t{1}}});
  m.output("left", conv(m, parts[0], "left", 8, 4, 1));
  m.output("right", conv(m, parts[1], "right", 8, 12, 1));
  expectPlan(planFor(m), R"(
    + right: Conv [[]cpu conv_gemm] slice@arena*
    - *Split*
    - *Slice*
  )");
}

// The reference kernels want dense arrays.
TEST(Views, ASliceForADenseReaderIsCopied) {
  GraphMaker m;
  const ValueId stem = conv(m, m.input("x", {1, 16, 8, 8}), "stem", 16, 16);
  const ValueId half = channels(m, stem, "half", 0, 8);
  m.output("y", m.node(ops::cumSum, {half, m.node(ops::squeeze, {m.ints("axis", {1})}, "a")}, "sums"));
  expectPlan(planFor(m), R"(
    + half: Slice [[]cpu copy] *
    + sums: CumSum [[]reference *
  )");
}

TEST(Views, ASliceBackwardsIsNoView) {
  GraphMaker m;
  const ValueId stem = conv(m, m.input("x", {1, 16, 8, 8}), "stem", 16, 16);
  const ValueId turned =
      m.node(ops::slice, {stem, m.ints("s", {-1}), m.ints("e", {-100}), m.ints("a", {1}), m.ints("st", {-1})},
             "turned");
  m.output("y", conv(m, turned, "after", 8, 16, 1));
  expectPlan(planFor(m), R"(
    + turned: Slice [[]reference *
  )");
}

// Heads are turned by strides alone, on both sides of the product.
TEST(Views, TransposesBeforeAProductCopyNothing) {
  GraphMaker m;
  const ValueId q = m.node(ops::exp, {m.input("q", {2, 7, 4, 6})}, "q_exp");
  const ValueId k = m.node(ops::exp, {m.input("k", {2, 7, 4, 6})}, "k_exp");
  const ValueId left = m.node(ops::transpose, {q}, "left", {{"perm", Ints{0, 2, 1, 3}}});
  const ValueId right = m.node(ops::transpose, {k}, "right", {{"perm", Ints{0, 2, 3, 1}}});
  m.output("y", m.node(ops::matMul, {left, right}, "scores"));
  expectPlan(planFor(m), R"(
    + scores: MatMul [[]cpu batch_matmul] *
    - *Transpose*
  )");
}

TEST(Views, ASoftmaxWorksInPlace) {
  GraphMaker m;
  const ValueId x = m.input("x", {4, 32});
  const ValueId product = m.node(ops::matMul, {x, m.weights("w", {32, 16})}, "fc");
  const ValueId soft = m.node(ops::softmax, {product}, "soft", {{"axis", int64_t{1}}});
  m.output("y", m.node(ops::matMul, {soft, m.weights("v", {16, 8})}, "out"));
  expectPlan(planFor(m), R"(
    + soft: Softmax [[]cpu softmax] plain@arena -> plain@arena in-place
  )");
}

TEST(Views, APointwiseStepOverwritesWhatNobodyReadsAgain) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId pool =
      m.node(ops::maxPool, {conv(m, x, "conv", 16, 16)}, "pool", {{"kernel_shape", Ints{2, 2}}});
  m.output("y", conv(m, m.node(ops::exp, {pool}, "act"), "after", 8, 16));
  expectPlan(planFor(m), R"(
    + act: Exp [[]cpu pointwise] last@arena -> last@arena in-place
  )");
}

TEST(Views, APointwiseStepLeavesWhatIsReadAgain) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId pool =
      m.node(ops::maxPool, {conv(m, x, "conv", 16, 16)}, "pool", {{"kernel_shape", Ints{2, 2}}});
  const ValueId after = conv(m, m.node(ops::exp, {pool}, "act"), "after", 16, 16);
  m.output("y", m.node(ops::softmax, {m.node(ops::add, {after, pool}, "sum")}, "soft"));
  expectPlan(planFor(m), R"(
    + act: Exp [[]cpu pointwise] last@arena -> last@arena
    - act: *in-place*
  )");
}

TEST(Views, AnOutputThatIsAnInputIsCopied) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3});
  m.output("same", x);
  const ValueId y = m.node(ops::relu, {x}, "act");
  m.output("y", y);
  m.output("again", y);
  expectPlan(planFor(m), R"(
    = 3
    + x: copy [[]cpu copy] plain@input0 -> plain@output0
    + act: Relu * -> plain@output1
    + *: copy [[]cpu copy] plain@output1 -> plain@output2
  )");
}

}  // namespace
}  // namespace ridge::test
