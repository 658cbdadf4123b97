// Quantized convolutions and products: cpu, reference and an independent model agree in every bit.
#include "quantized_testing.h"

namespace ridge::test {
namespace {

struct Case {
  const char* name;
  Dims x, w;
  DType xType = DType::u8, yType = DType::u8;
  int64_t group = 1;
  Ints pads = {0, 0, 0, 0}, strides = {1, 1}, dilations = {1, 1};
  int zx = 0, zy = 0, zz = 3;
  bool relu = false, residual = false, innerRelu = false;
  float bias = 1;  ///< largest
};

constexpr float kSx = 0.0173F, kSy = 0.31F, kSz = 0.21F;

Floats scalesOf(int64_t outputs) {
  Floats scales;
  for (int64_t o = 0; o < outputs; ++o) scales.push_back(0.003F + 0.0007F * static_cast<float>(o % 5));
  return scales;
}

Floats biasOf(const Case& c) {
  Floats bias;
  for (int64_t o = 0; o < c.w[0]; ++o) bias.push_back(c.bias * (static_cast<float>(o % 7) / 3.5F - 0.9F));
  return bias;
}

Dims outputDims(const Case& c) {
  Dims y{c.x[0], c.w[0]};
  for (size_t axis = 0; axis < 2; ++axis) {
    const int64_t reach = (c.w[axis + 2] - 1) * c.dilations[axis] + 1;
    y.push_back((c.x[axis + 2] + c.pads[axis] + c.pads[axis + 2] - reach) / c.strides[axis] + 1);
  }
  return y;
}

Graph graphOf(const Case& c, const Tensor& weights) {
  QdqMaker m;
  const auto dimsOf = [](const Dims& dims) { return std::vector<Dim>(dims.begin(), dims.end()); };
  const ValueId x = m.dq(m.input("x", dimsOf(c.x), c.xType), c.xType, kSx, c.zx, "xf");
  ValueId r = m.node(
      ops::conv, {x, m.dqWeights("wf", weights, scalesOf(c.w[0])), m.floats("b", {c.w[0]}, biasOf(c))},
      "conv", {{"pads", c.pads}, {"strides", c.strides}, {"dilations", c.dilations}, {"group", c.group}});
  if (c.innerRelu) r = m.node(ops::relu, {r}, "inner");
  if (c.residual) {
    const ValueId z = m.input("z", dimsOf(outputDims(c)), c.yType);
    r = m.node(ops::add, {r, m.dq(z, c.yType, kSz, c.zz, "zf")}, "sum");
  }
  if (c.relu) r = m.node(ops::relu, {r}, "relu");
  m.output("y", m.q(r, c.yType, kSy, c.zy, "yq"));
  return m.finish();
}

// One output by rules 2 to 6, in the words of the contract.
int64_t modelled(const Case& c, int64_t sum, int64_t o, const int64_t* z) {
  const double sx = kSx, sw = scalesOf(c.w[0])[static_cast<size_t>(o)], sy = kSy, sz = kSz;
  const double b = biasOf(c)[static_cast<size_t>(o)], steps = b / (sx * sw);
  const bool inFloat = std::abs(steps) > std::ldexp(1.0, 30);
  const int64_t acc = sum + (inFloat ? 0 : std::llrint(steps));
  const auto accumulated = static_cast<float>(static_cast<int32_t>(acc));
  float r = 0;
  if (c.innerRelu && c.residual) {
    r = std::fma(accumulated, static_cast<float>(sx * sw), inFloat ? static_cast<float>(b) : 0.0F);
    r = std::fmax(r, 0.0F);
    r = std::fma(static_cast<float>(*z), static_cast<float>(sz), r);
    r = r * static_cast<float>(1 / sy);
  } else {
    r = std::fma(accumulated, static_cast<float>(sx * sw / sy), inFloat ? static_cast<float>(b / sy) : 0.0F);
    if (z) r = std::fma(static_cast<float>(*z), static_cast<float>(sz / sy), r);
  }
  const int64_t least = c.yType == DType::u8 ? 0 : -128;
  const bool clamps = c.relu || (c.innerRelu && !c.residual);
  return byteOf(r, c.zy, clamps ? std::max<int64_t>(least, c.zy) : least, least + 255);
}

void expectModelled(const Case& c, const Tensor& x, const Tensor& w, const Tensor& z, const Tensor& y) {
  const Dims dims = outputDims(c);
  ASSERT_EQ(y.dims(), dims);
  const int64_t groupOutputs = c.w[0] / c.group;
  int64_t place = 0;
  for (int64_t n = 0; n < dims[0]; ++n)
    for (int64_t o = 0; o < dims[1]; ++o)
      for (int64_t oh = 0; oh < dims[2]; ++oh)
        for (int64_t ow = 0; ow < dims[3]; ++ow, ++place) {
          int64_t sum = 0;
          for (int64_t i = 0; i < c.w[1]; ++i)
            for (int64_t kh = 0; kh < c.w[2]; ++kh)
              for (int64_t kw = 0; kw < c.w[3]; ++kw) {
                const int64_t h = oh * c.strides[0] - c.pads[0] + kh * c.dilations[0],
                              v = ow * c.strides[1] - c.pads[1] + kw * c.dilations[1];
                if (h < 0 || h >= c.x[2] || v < 0 || v >= c.x[3]) continue;
                const int64_t channel = o / groupOutputs * c.w[1] + i;
                sum += (numberAt(x, ((n * c.x[1] + channel) * c.x[2] + h) * c.x[3] + v) - c.zx) *
                       numberAt(w, ((o * c.w[1] + i) * c.w[2] + kh) * c.w[3] + kw);
              }
          const int64_t residual = c.residual ? numberAt(z, place) - c.zz : 0;
          ASSERT_EQ(numberAt(y, place), modelled(c, sum, o, c.residual ? &residual : nullptr))
              << c.name << " element " << place;
        }
}

class QuantizedConv : public testing::TestWithParam<Case> {};

TEST_P(QuantizedConv, EveryBackendHasTheBitsOfTheRules) {
  const Case& c = GetParam();
  const Tensor weights = randomBytes(DType::i8, c.w, 3);
  NamedInputs inputs{{"x", randomBytes(c.xType, c.x, 1)}};
  if (c.residual) inputs.emplace("z", randomBytes(c.yType, outputDims(c), 2));
  const Tensor y = oneAnswer(graphOf(c, weights), inputs, ops::qConv);
  expectModelled(c, inputs.at("x"), weights, c.residual ? inputs.at("z") : Tensor(), y);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, QuantizedConv,
    testing::Values(
        Case{.name = "point", .x = {1, 5, 4, 6}, .w = {7, 5, 1, 1}, .zx = 128, .zy = 13},
        Case{.name = "padded",
             .x = {2, 3, 9, 7},
             .w = {70, 3, 3, 3},
             .pads = {1, 1, 1, 1},
             .zx = 37,
             .zy = 101},
        Case{.name = "relu",
             .x = {1, 16, 6, 6},
             .w = {8, 16, 3, 3},
             .pads = {1, 1, 1, 1},
             .zx = 1,
             .zy = 7,
             .relu = true},
        Case{.name = "signed",
             .x = {1, 33, 5, 5},
             .w = {6, 33, 3, 3},
             .xType = DType::i8,
             .yType = DType::i8,
             .pads = {0, 1, 2, 1},
             .zx = -3,
             .zy = -17},
        Case{.name = "strided",
             .x = {1, 4, 11, 13},
             .w = {5, 4, 3, 2},
             .pads = {1, 0, 1, 1},
             .strides = {2, 3},
             .zx = 200,
             .zy = 128},
        Case{.name = "dilated",
             .x = {1, 4, 12, 12},
             .w = {5, 4, 3, 3},
             .pads = {2, 2, 2, 2},
             .dilations = {2, 2},
             .zx = 9},
        Case{.name = "groups",
             .x = {1, 12, 6, 6},
             .w = {8, 3, 3, 3},
             .group = 4,
             .pads = {1, 1, 1, 1},
             .zx = 99},
        Case{.name = "depthwise",
             .x = {1, 71, 8, 8},
             .w = {71, 1, 3, 3},
             .group = 71,
             .pads = {1, 1, 1, 1},
             .strides = {2, 2},
             .zx = 120,
             .zy = 5,
             .relu = true},
        Case{.name = "residual",
             .x = {1, 16, 6, 6},
             .w = {16, 16, 3, 3},
             .pads = {1, 1, 1, 1},
             .zx = 4,
             .zy = 11,
             .residual = true},
        Case{.name = "residualRelu",
             .x = {1, 8, 6, 6},
             .w = {9, 8, 3, 3},
             .yType = DType::i8,
             .pads = {1, 1, 1, 1},
             .zx = 4,
             .zy = -20,
             .zz = -5,
             .relu = true,
             .residual = true},
        Case{.name = "reluResidual",
             .x = {1, 8, 6, 6},
             .w = {9, 8, 3, 3},
             .pads = {1, 1, 1, 1},
             .zx = 4,
             .zy = 60,
             .residual = true,
             .innerRelu = true},
        Case{.name = "hugeBias", .x = {1, 8, 5, 5}, .w = {9, 8, 1, 1}, .zx = 4, .zy = 60, .bias = 9e4F}),
    [](const auto& each) { return std::string(each.param.name); });

TEST(QuantizedMatMul, AGemmHasTheBitsOfTheRules) {
  for (const bool gemm : {true, false}) {
    constexpr int64_t kRows = 5, kDepth = 37, kOutputs = 67;
    const Tensor x = randomBytes(DType::u8, {kRows, kDepth}, 1);
    const Tensor w = randomBytes(DType::i8, {kDepth, kOutputs}, 2);
    QdqMaker m;
    const ValueId data = m.dq(m.input("x", {kRows, kDepth}, DType::u8), DType::u8, kSx, 77, "xf");
    const ValueId weights = m.dq(m.constant("w", w), DType::i8, 0.01F, 0, "wf");
    const Floats bias(kOutputs, 0.7F);
    const ValueId b = m.floats("b", {kOutputs}, bias);
    const ValueId r = gemm ? m.node(ops::gemm, {data, weights, b}, "product")
                           : m.node(ops::add, {m.node(ops::matMul, {data, weights}, "product"), b}, "sum");
    m.output("y", m.q(r, DType::u8, kSy, 90, "yq"));
    const Tensor y = oneAnswer(m.finish(), {{"x", x}}, ops::qMatMul);
    const double product = double{kSx} * double{0.01F};
    for (int64_t row = 0; row < kRows; ++row)
      for (int64_t o = 0; o < kOutputs; ++o) {
        int64_t sum = std::llrint(double{0.7F} / product);
        for (int64_t k = 0; k < kDepth; ++k)
          sum += (numberAt(x, row * kDepth + k) - 77) * numberAt(w, k * kOutputs + o);
        const float r4 = std::fma(static_cast<float>(sum), static_cast<float>(product / double{kSy}), 0.0F);
        ASSERT_EQ(numberAt(y, row * kOutputs + o), byteOf(r4, 90, 0, 255)) << row << " " << o;
      }
  }
}

TEST(QuantizedAdd, HasTheBitsOfRule9) {
  QdqMaker m;
  const Tensor a = randomBytes(DType::u8, {1, 5, 9, 11}, 1), b = randomBytes(DType::u8, {1, 5, 9, 11}, 2);
  const ValueId sum = m.node(ops::add,
                             {m.dq(m.input("a", {1, 5, 9, 11}, DType::u8), DType::u8, 0.02F, 3, "af"),
                              m.dq(m.input("b", {1, 5, 9, 11}, DType::u8), DType::u8, 0.05F, 130, "bf")},
                             "sum");
  m.output("y", m.q(m.node(ops::relu, {sum}, "relu"), DType::u8, 0.04F, 21, "yq"));
  const Tensor y = oneAnswer(m.finish(), {{"a", a}, {"b", b}}, ops::qAdd);
  for (int64_t at = 0; at < y.count(); ++at) {
    const float t =
        static_cast<float>(numberAt(b, at) - 130) * static_cast<float>(double{0.05F} / double{0.04F});
    const float r = std::fma(static_cast<float>(numberAt(a, at) - 3),
                             static_cast<float>(double{0.02F} / double{0.04F}), t);
    ASSERT_EQ(numberAt(y, at), byteOf(r, 21, 21, 255)) << at;
  }
}

}  // namespace
}  // namespace ridge::test
