// Windows, resizing and sampling where the cases of ONNX Runtime do not reach: contradictions, bombs, NaN.
#include <cmath>
#include <limits>

#include "unit/op_corner_cases/run_op.h"

namespace ridge::test {
namespace {

constexpr int64_t kMax = std::numeric_limits<int64_t>::max();
constexpr double kInf = std::numeric_limits<double>::infinity();
const double kNan = std::nan("");
const Tensor kNone;

std::string text(const char* value) {
  return value;
}

TEST(Resize, ContradictionsAreErrors) {
  const Tensor x = iota({1, 1, 4, 4}), twice = f32({1, 1, 2, 2});
  EXPECT_THROW(run(ops::resize, {x}), Error);
  EXPECT_THROW(run(ops::resize, {x, kNone, twice, i64({1, 1, 8, 8})}), Error);
  EXPECT_THROW(run(ops::resize, {x, kNone, f32({2, 2})}), Error);
  for (double scale : {0.0, -1.0, kNan, kInf, 1e30})
    EXPECT_THROW(run(ops::resize, {x, kNone, f32({1, 1, scale, 2})}), Error) << scale;
  for (int64_t size : {int64_t{-1}, kMax, int64_t{1} << 39})
    EXPECT_THROW(run(ops::resize, {x, kNone, kNone, i64({1, 1, size, 2})}), Error) << size;
  EXPECT_THROW(run(ops::resize, {iota({1, 1, 0, 4}), kNone, kNone, i64({1, 1, 2, 2})}), Error);
  EXPECT_THROW(run(ops::resize, {x, kNone, f32({2, 2})}, {{"axes", std::vector<int64_t>{2, -2}}}), Error);
  EXPECT_THROW(run(ops::resize, {x, kNone, f32({2, 2})}, {{"axes", std::vector<int64_t>{2, 4}}}), Error);
  EXPECT_THROW(run(ops::resize, {x, kNone, twice}, {{"mode", text("area")}}), Error);
  EXPECT_THROW(run(ops::resize, {x, kNone, twice}, {{"antialias", int64_t{1}}}), Error);
}

TEST(Resize, CropNeedsAFiniteRegion) {
  const AttributeList crop = {{"coordinate_transformation_mode", text("tf_crop_and_resize")},
                              {"mode", text("linear")},
                              {"extrapolation_value", 9.0f}};
  const Tensor x = iota({4}), sizes = i64({3});
  EXPECT_THROW(run(ops::resize, {x, kNone, kNone, sizes}, crop), Error);
  EXPECT_THROW(run(ops::resize, {x, f32({0, kNan}), kNone, sizes}, crop), Error);
  EXPECT_THAT(numbers(run(ops::resize, {x, f32({0, 1e30}), kNone, sizes}, crop)), ElementsAre(0, 9, 9));
}

TEST(Resize, IntegersAreRoundedOnce) {
  const Tensor x = of(DType::u8, {2}, {0, 255});
  const AttributeList linear = {{"mode", text("linear")}};
  EXPECT_THAT(integers(run(ops::resize, {x, kNone, f32({2})}, linear)), ElementsAre(0, 64, 191, 255));
  const Tensor exact = Tensor::of({2}, std::span<const int64_t>(std::vector<int64_t>{kMax, -kMax}));
  EXPECT_THAT(integers(run(ops::resize, {exact, kNone, f32({2})})), ElementsAre(kMax, kMax, -kMax, -kMax));
}

TEST(Resize, PackedElementsAreMoved) {
  const Tensor x = of(DType::i4, {3}, {-8, 7, 1});
  EXPECT_THAT(integers(run(ops::resize, {x, kNone, f32({2})})), ElementsAre(-8, -8, 7, 7, 1, 1));
}

TEST(Einsum, BadEquationsAreErrors) {
  const Tensor a = iota({2, 3}), b = iota({3, 2});
  for (const char* equation : {"", "ij", "ij,jk,kl->il", "ij,jk->iz", "ij,jk->ii", "ij,jk->i1", "ijk,jk->i",
                               "i,jk->k", "...ij...,jk->i", "ij..,jk->i", "ij,ji,->", "ij,kj->ik"})
    EXPECT_THROW(run(ops::einsum, {a, b}, {{"equation", text(equation)}}), Error) << equation;
  EXPECT_THROW(run(ops::einsum, {a, b}), Error);
}

TEST(ConvTranspose, ContradictionsAreErrors) {
  using Ints = std::vector<int64_t>;
  const Tensor x = iota({1, 2, 3, 3}), w = iota({2, 1, 2, 2});
  EXPECT_NO_THROW(run(ops::convTranspose, {x, w}));
  for (const Attribute& bad : {Attribute{"group", int64_t{0}},
                               {"group", int64_t{3}},
                               {"group", kMax},
                               {"strides", Ints{0, 1}},
                               {"strides", Ints{kMax, 1}},
                               {"strides", Ints{1}},
                               {"pads", Ints{9, 9, 9, 9}},
                               {"pads", Ints{-1, 0, 0, 0}},
                               {"output_padding", Ints{-1, 0}},
                               {"output_shape", Ints{-4, 4}},
                               {"output_shape", Ints{kMax, 4}},
                               {"kernel_shape", Ints{3, 2}},
                               {"auto_pad", text("SOME")}})
    EXPECT_THROW(run(ops::convTranspose, {x, w}, {bad}), Error) << bad.first;
  EXPECT_THROW(run(ops::convTranspose, {x, iota({3, 1, 2, 2})}), Error);
  EXPECT_THROW(run(ops::convTranspose, {x, iota({2, 1, 2})}), Error);
}

TEST(Col2Im, ContradictionsAreErrors) {
  const Tensor x = iota({1, 4, 4});
  EXPECT_NO_THROW(run(ops::col2Im, {x, i64({3, 3}), i64({2, 2})}));
  EXPECT_THROW(run(ops::col2Im, {x, i64({3, 4}), i64({2, 2})}), Error);
  EXPECT_THROW(run(ops::col2Im, {x, i64({3, 3}), i64({3, 2})}), Error);
  EXPECT_THROW(run(ops::col2Im, {x, i64({3, 3}), i64({2})}), Error);
  EXPECT_THROW(run(ops::col2Im, {x, i64({kMax, 3}), i64({2, 2})}), Error);
  EXPECT_THROW(run(ops::col2Im, {x, i64({3, 3}), i64({0, 2})}), Error);
}

TEST(GridSample, FarPlacesAreWhatThePaddingSays) {
  const Tensor x = iota({1, 1, 2, 2});
  const Tensor grid = f32({1, 1, 4, 2}, {kNan, kNan, kInf, kInf, -kInf, 1e30, -1e30, -1e30});
  for (const char* mode : {"nearest", "linear", "cubic"}) {
    EXPECT_THAT(numbers(run(ops::gridSample, {x, grid}, {{"mode", text(mode)}})), ElementsAre(0, 0, 0, 0));
    EXPECT_THAT(
        numbers(run(ops::gridSample, {x, grid}, {{"mode", text(mode)}, {"padding_mode", text("border")}})),
        ElementsAre(0, 3, 2, 0));
    for (double value : numbers(
             run(ops::gridSample, {x, grid}, {{"mode", text(mode)}, {"padding_mode", text("reflection")}})))
      EXPECT_TRUE(value >= 0 && value <= 3) << mode;
  }
}

// Opset 20 renamed them, and that is what is written.
TEST(GridSample, OldNamesOfModesAreRead) {
  const Tensor x = iota({1, 1, 3, 3}), grid = f32({1, 1, 2, 2}, {0.1, 0.2, -0.7, 0.4});
  for (const auto& [old, now] : {std::pair{"bilinear", "linear"}, std::pair{"bicubic", "cubic"}}) {
    EXPECT_EQ(numbers(run(ops::gridSample, {x, grid}, {{"mode", text(old)}})),
              numbers(run(ops::gridSample, {x, grid}, {{"mode", text(now)}})));
    const AttributeMap written = makeNode(ops::gridSample, {{"mode", text(old)}}).attrs->toMap();
    EXPECT_EQ(written.find("mode") != nullptr, text(now) == "cubic");
  }
}

TEST(Pools, RegionsAndIndicesAreChecked) {
  const Tensor x = iota({1, 1, 4, 4});
  const AttributeList pooled = {{"pooled_shape", std::vector<int64_t>{2, 2}}};
  EXPECT_NO_THROW(run(ops::maxRoiPool, {x, f32({1, 5}, {0, 0, 0, 3, 3})}, pooled));
  for (double bad : {-1.0, 1.0, kNan})
    EXPECT_THROW(run(ops::maxRoiPool, {x, f32({1, 5}, {bad, 0, 0, 3, 3})}, pooled), Error);
  for (double bad : {kInf, kNan, 1e30}) {
    EXPECT_THROW(run(ops::maxRoiPool, {x, f32({1, 5}, {0, 0, bad, 3, 3})}, pooled), Error);
    EXPECT_THROW(run(ops::roiAlign, {x, f32({1, 4}, {0, bad, 3, 3}), i64({0})}), Error);
  }
  EXPECT_THROW(run(ops::roiAlign, {x, f32({1, 4}, {0, 0, 3, 3}), i64({1})}), Error);
  EXPECT_THROW(run(ops::roiAlign, {x, f32({1, 4}, {0, 0, 3, 3}), i64({-1})}), Error);
  const AttributeList kernel = {{"kernel_shape", std::vector<int64_t>{2}}};
  const auto unpool = [&](int64_t index) {
    return run(ops::maxUnpool, {iota({1, 1, 1}), of(DType::i64, {1, 1, 1}, {static_cast<double>(index)})},
               kernel);
  };
  EXPECT_NO_THROW(unpool(1));
  EXPECT_THROW(unpool(2), Error);
  EXPECT_THROW(unpool(-1), Error);
}

TEST(Quantize, Float4HasOneFormForEverything) {
  const Tensor x = f32({0, 0.6, 1.3, -9, 5.1}), scale = f32(Dims{}, {1}), zero = of(DType::f4e2m1, {}, {0});
  const Tensor packed = run(ops::quantizeLinear, {x, scale, zero});
  EXPECT_EQ(packed.type(), DType::f4e2m1);
  EXPECT_THAT(numbers(packed), ElementsAre(0, 0.5, 1.5, -6, 6));
  EXPECT_THAT(numbers(run(ops::dequantizeLinear, {packed, f32(Dims{}, {2}), zero})),
              ElementsAre(0, 1, 3, -12, 12));
}

// The precision of the division decides ties.
TEST(Quantize, DividesInTheStatedPrecision) {
  const Tensor x = f32({1.2501}), scale = f32(Dims{}, {0.5}), zero = of(DType::i8, {}, {0});
  EXPECT_THAT(integers(run(ops::quantizeLinear, {x, scale, zero})), ElementsAre(3));
  EXPECT_THAT(
      integers(run(ops::quantizeLinear, {x, scale, zero}, {{"precision", static_cast<int64_t>(DType::f16)}})),
      ElementsAre(2));
}

TEST(QLinear, ParametersMustFit) {
  const Tensor x = of(DType::u8, {1, 1, 3}, {1, 2, 3}), w = of(DType::i8, {2, 1, 2}, {1, 2, 3, 4});
  const Tensor scale = f32(Dims{}, {0.5}), zero = of(DType::u8, {}, {1}), weightZero = of(DType::i8, {}, {0});
  const auto conv = [&](const Tensor& weightScale) {
    return run(ops::qLinearConv, {x, scale, zero, w, weightScale, weightZero, scale, zero});
  };
  EXPECT_NO_THROW(conv(scale));
  EXPECT_NO_THROW(conv(f32({0.5, 1})));
  EXPECT_THROW(conv(f32({0.5, 1, 2})), Error);
  // Ties go to even before the zero point is added.
  const Tensor one = f32(Dims{}, {1.0}), half = f32(Dims{}, {0.5});
  const Tensor a = of(DType::u8, {1, 1}, {1}), b = of(DType::u8, {1, 4}, {1, 3, 5, 7}),
               none = of(DType::u8, {}, {0});
  EXPECT_THAT(integers(run(ops::qLinearMatMul, {a, half, none, b, one, none, one, of(DType::u8, {}, {1})})),
              ElementsAre(1, 3, 3, 5));
}

}  // namespace
}  // namespace ridge::test
