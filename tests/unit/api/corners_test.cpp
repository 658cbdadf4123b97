// Models that are legal and odd: empty arrays, windows that meet nothing, very long epilogues. The cpu
// backend answers as the reference backend does.
#include <cmath>
#include <limits>

#include "support/tour_engine.h"

namespace ridge::test {
namespace {

/// Both backends' plans of the graph agree, NaN with NaN.
void expectLikeReference(GraphMaker& maker) {
  const onnx::Model model = modelOf(maker.finish());
  const auto answers = [&](const char* device) {
    return answer(makeExecutable(buildModel(model, "corner", plainOptions(device)).data, 0));
  };
  const Answers got = answers("cpu");
  for (const auto& [name, tensor] : answers("reference")) {
    ASSERT_EQ(got.at(name).dims(), tensor.dims()) << name;
    const std::vector<double> left = toDoubles(got.at(name)), right = toDoubles(tensor);
    for (size_t at = 0; at < right.size(); ++at) {
      if (std::isnan(right[at]))
        EXPECT_TRUE(std::isnan(left[at])) << name;
      else
        EXPECT_NEAR(left[at], right[at], 1e-5) << name;
    }
  }
}

TEST(Corners, ProductsOverNothingAreZero) {
  GraphMaker m;
  const ValueId x = m.input("x", {4, 0}), image = m.input("image", {1, 0, 3, 3});
  m.output("product", m.node(ops::matMul, {x, m.weights("w", {0, 8})}, "product_raw"));
  m.output("gemm", m.node(ops::gemm, {x, m.weights("v", {0, 5}), m.weights("b", {5})}, "gemm_raw"));
  m.output("conv", m.node(ops::conv, {image, m.weights("kernel", {4, 0, 2, 2})}, "conv_raw"));
  expectLikeReference(m);
}

TEST(Corners, AConvolutionOfEmptyRowsIsEmpty) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 3, 2, 0});
  m.output("y", m.node(ops::conv, {x, m.weights("kernel", {4, 3, 3, 3})}, "conv",
                       {{"auto_pad", std::string("SAME_UPPER")}}));
  expectLikeReference(m);
}

TEST(Corners, SumsOverNothingReadNothing) {
  GraphMaker m;
  const ValueId x = m.input("x", {0, 4, 16});
  m.output("sum", m.node(ops::reduceSum, {x, m.ints("axes", {0, 2})}, "sum_raw", {{"keepdims", int64_t{0}}}));
  m.output("softmax", m.node(ops::softmax, {x}, "softmax_raw", {{"axis", int64_t{0}}}));
  expectLikeReference(m);
}

TEST(Corners, DilatedTapsMayStepOverTheInput) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 1, 1});
  m.output("y", m.node(ops::averagePool, {x}, "average",
                       {{"kernel_shape", Ints{2}}, {"dilations", Ints{2}}, {"pads", Ints{1, 1}}}));
  expectLikeReference(m);
}

TEST(Corners, MovementsThatNoCopyTakesFallBack) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 1, 3, 1, 1, 1, 1, 1, 2});
  const ValueId turned = m.node(ops::transpose, {x}, "turned");
  m.output("y", m.node(ops::concat, {turned, turned}, "joined", {{"axis", int64_t{0}}}));
  expectLikeReference(m);
}

TEST(Corners, EpiloguesWithMoreOperandsThanAKernelTakesAreCut) {
  GraphMaker m;
  const auto chain = [&](ValueId value, const std::string& name, const std::vector<Dim>& dims) {
    for (int at = 0; at < 20; ++at) {
      const std::string own = name + std::to_string(at);
      value = m.node(ops::add, {value, m.input(own + "_in", dims)}, own);
    }
    return value;
  };
  const ValueId x = m.input("x", {1, 3, 4, 4}), row = m.input("row", {2, 3});
  m.output("conv", chain(m.node(ops::conv, {x, m.weights("k", {3, 3, 1, 1})}, "anchor"), "a", {1, 3, 4, 4}));
  m.output("product", chain(m.node(ops::matMul, {row, m.weights("w", {3, 3})}, "product_raw"), "p", {2, 3}));
  expectLikeReference(m);
}

}  // namespace
}  // namespace ridge::test
