#include <numeric>

#include "grower.h"

namespace ridge::test {

namespace {

std::optional<Known> image(Grower& g) {
  return g.choose([](const Known& x) { return isFloat(x.type()) && x.rank() >= 3 && x.rank() <= 5; });
}

using Attributes = std::vector<GraphMaker::Attribute>;

/// Kernel, strides, dilations and padding for so many axes.
Ints window(Grower& g, const Known& x, Attributes& attributes, bool pads = true) {
  Ints kernel, strides, dilations, begin, end;
  for (int64_t axis = 2; axis < x.rank(); ++axis) {
    kernel.push_back(1 + g.pick(3));
    strides.push_back(g.chance(70) ? 1 : 1 + g.pick(2));
    dilations.push_back(g.chance(80) ? 1 : 2);
    const int64_t most = kernel.back() / 2 + (kernel.back() == 2 ? 0 : 0);
    begin.push_back(pads ? g.pick(most + 1) : 0);
    end.push_back(pads ? g.pick(most + 1) : 0);
  }
  if (g.chance(70)) attributes.emplace_back("strides", strides);
  if (g.chance(30)) attributes.emplace_back("dilations", dilations);
  if (g.chance(20)) {
    attributes.emplace_back("auto_pad",
                            g.oneOf(std::vector<std::string>{"SAME_UPPER", "SAME_LOWER", "VALID"}));
  } else {
    begin.insert(begin.end(), end.begin(), end.end());
    attributes.emplace_back("pads", begin);
  }
  return kernel;
}

int64_t groupOf(Grower& g, int64_t channels) {
  const int64_t kind = g.pick(4);
  return channels > 0 && kind == 0 ? channels : channels % 2 == 0 && channels > 0 && kind == 1 ? 2 : 1;
}

void conv(Grower& g) {
  const auto x = image(g);
  if (!x) return;
  const int64_t channels = x->dims()[1], group = groupOf(g, channels);
  const int64_t out = group * (1 + g.pick(4));
  Attributes attributes{{"group", group}};
  const Ints kernel = window(g, *x, attributes);
  Dims dims{out, channels / group};
  dims.insert(dims.end(), kernel.begin(), kernel.end());
  std::vector<Known> in{*x, g.someConstant(x->type(), dims)};
  if (g.chance(50)) in.push_back(g.someConstant(x->type(), {out}));
  g.add({ops::conv, in, attributes, Rounding::rounded});
}

void convTranspose(Grower& g) {
  const auto x = image(g);
  if (!x) return;
  const int64_t channels = x->dims()[1], group = groupOf(g, channels);
  Attributes attributes{{"group", group}};
  const Ints kernel = window(g, *x, attributes);
  Dims dims{channels, 1 + g.pick(3)};
  dims.insert(dims.end(), kernel.begin(), kernel.end());
  std::vector<Known> in{*x, g.someConstant(x->type(), dims)};
  if (g.chance(50)) in.push_back(g.someConstant(x->type(), {dims[1] * group}));
  g.add({ops::convTranspose, in, attributes, Rounding::rounded});
}

void pool(Grower& g) {
  const auto x = image(g);
  if (!x) return;
  Attributes attributes;
  const Ints kernel = window(g, *x, attributes);
  attributes.emplace_back("kernel_shape", kernel);
  if (g.chance(25)) attributes.emplace_back("ceil_mode", int64_t{1});
  switch (g.pick(4)) {
    case 0:
      return (void)g.addAll({ops::maxPool, {*x}, attributes, Rounding::jumps, 2});
    case 1:
      attributes.emplace_back("count_include_pad", g.pick(2));
      return (void)g.add({ops::averagePool, {*x}, attributes, Rounding::rounded});
    case 2:
      return (void)g.add({ops::lpPool, {*x}, attributes, Rounding::rounded});
    default:
      return (void)g.add({ops::maxPool, {*x}, attributes});
  }
}

void globalPool(Grower& g) {
  const auto x = image(g);
  if (!x) return;
  switch (g.pick(4)) {
    case 0:
      return (void)g.add({ops::globalMaxPool, {*x}});
    case 1:
      return (void)g.add({ops::globalLpPool, {*x}, {}, Rounding::rounded});
    default:
      return (void)g.add({ops::globalAveragePool, {*x}, {}, Rounding::rounded});
  }
}

void matMul(Grower& g) {
  const auto x = g.chooseFloat(1);
  if (!x) return;
  const int64_t inner = x->dims().back();
  if (g.chance(30)) {  // two that are computed
    const auto y = g.choose([&](const Known& v) {
      return v.type() == x->type() && v.rank() >= 1 &&
             v.dims()[v.rank() > 1 ? static_cast<size_t>(v.rank()) - 2 : 0] == inner;
    });
    if (y) return (void)g.add({ops::matMul, {*x, *y}, {}, Rounding::rounded});
  }
  Dims dims{inner, 1 + g.pick(6)};
  if (g.chance(15)) dims.pop_back();
  if (g.chance(15) && x->rank() > 2)
    dims.insert(dims.begin(), g.chance(50) ? 1 : x->dims()[static_cast<size_t>(x->rank()) - 3]);
  const Known w = g.someConstant(x->type(), dims);
  if (g.chance(15) && w.rank() >= 2) {
    Dims left{1 + g.pick(5), x->rank() > 1 ? x->dims()[static_cast<size_t>(x->rank()) - 2] : inner};
    return (void)g.add({ops::matMul, {g.someConstant(x->type(), left), *x}, {}, Rounding::rounded});
  }
  g.add({ops::matMul, {*x, w}, {}, Rounding::rounded});
}

void gemm(Grower& g) {
  const auto x = g.choose([](const Known& v) { return isFloat(v.type()) && v.rank() == 2; });
  if (!x) return;
  const int64_t transA = g.pick(2), transB = g.pick(2), columns = 1 + g.pick(5);
  const int64_t inner = x->dims()[transA ? 0 : 1], rows = x->dims()[transA ? 1 : 0];
  std::vector<Known> in{*x, g.someConstant(x->type(), transB ? Dims{columns, inner} : Dims{inner, columns})};
  if (g.chance(70))
    in.push_back(g.someConstant(
        x->type(), g.oneOf(std::vector<Dims>{{}, {columns}, {1, columns}, {rows, 1}, {rows, columns}})));
  g.add({ops::gemm,
         in,
         {{"transA", transA},
          {"transB", transB},
          {"alpha", 0.5F * static_cast<float>(1 + g.pick(3))},
          {"beta", 0.5F * static_cast<float>(g.pick(4))}},
         Rounding::rounded});
}

void einsum(Grower& g) {
  const auto x = g.choose([](const Known& v) { return isFloat(v.type()) && v.rank() == 2; });
  if (!x) return;
  const Known y = g.someConstant(x->type(), {x->dims()[1], 1 + g.pick(4)});
  const std::string equation =
      g.oneOf(std::vector<std::string>{"ij,jk->ik", "ij,jk->ki", "ij,jk", "ij,jk->i"});
  g.add({ops::einsum, {*x, y}, {{"equation", equation}}, Rounding::rounded});
}

Known channelConstant(Grower& g, const Known& x, int64_t channels, double low) {
  std::vector<double> values(static_cast<size_t>(channels));
  for (double& value : values) value = low + static_cast<double>(g.pick(16)) / 8;
  return g.constant(x.type(), {channels}, values);
}

void batchNorm(Grower& g) {
  const auto x = g.chooseFloat(2);
  if (!x) return;
  const int64_t c = x->dims()[1];
  g.add({ops::batchNormalization,
         {*x, channelConstant(g, *x, c, -1), channelConstant(g, *x, c, -1), channelConstant(g, *x, c, -1),
          channelConstant(g, *x, c, 0.25)},
         {},
         Rounding::rounded});
}

void normalization(Grower& g) {
  const auto x = g.chooseFloat(2);
  if (!x) return;
  const int64_t c = x->dims()[1], axis = g.pick(x->rank());
  const float epsilon = 0.125F;  // constant rows stay tame
  switch (g.pick(7)) {
    case 0:
      return (void)g.add({ops::instanceNormalization,
                          {*x, channelConstant(g, *x, c, -1), channelConstant(g, *x, c, -1)},
                          {{"epsilon", epsilon}},
                          Rounding::rounded});
    case 1:
      return (void)g.add({ops::groupNormalization,
                          {*x, channelConstant(g, *x, c, -1), channelConstant(g, *x, c, -1)},
                          {{"epsilon", epsilon}, {"num_groups", groupOf(g, c)}},
                          Rounding::rounded});
    case 2:
      return (void)g.add({ops::lrn, {*x}, {{"size", 1 + 2 * g.pick(3)}, {"alpha", 0.5F}}, Rounding::rounded});
    case 3:
      return (void)g.add({ops::lpNormalization,
                          {*x},
                          {{"axis", g.spelled(axis, x->rank())}, {"p", 1 + g.pick(2)}},
                          Rounding::rounded});
    case 4:
      return (void)g.add({ops::meanVarianceNormalization,
                          {*x},
                          {{"axes", Ints{g.spelled(axis, x->rank())}}},
                          Rounding::rounded});
    default: {
      const Dims dims(x->dims().begin() + axis, x->dims().end());
      std::vector<Known> in{*x, g.someConstant(x->type(), dims)};
      const Attributes attributes{{"axis", g.spelled(axis, x->rank())}, {"epsilon", epsilon}};
      if (g.chance(40)) return (void)g.add({ops::rmsNormalization, in, attributes, Rounding::rounded});
      if (g.chance(60)) in.push_back(g.someConstant(x->type(), dims));
      return (void)g.add({ops::layerNormalization, in, attributes, Rounding::rounded});
    }
  }
}

void softmax(Grower& g) {
  const auto x = g.chooseFloat(1);
  if (!x) return;
  const Attributes attributes{{"axis", g.spelled(g.pick(x->rank()), x->rank())}};
  const int64_t kind = g.pick(5);
  if (kind == 0) return (void)g.add({ops::hardmax, {*x}, attributes, Rounding::jumps});
  g.add({kind == 1 ? ops::logSoftmax : ops::softmax, {*x}, attributes, Rounding::rounded});
}

void resize(Grower& g) {
  const auto x = image(g);
  if (!x || x->rank() > 4) return;
  const std::string mode = g.oneOf(std::vector<std::string>{"nearest", "linear", "cubic"});
  const std::string transformation =
      g.oneOf(std::vector<std::string>{"half_pixel", "asymmetric", "align_corners", "pytorch_half_pixel"});
  std::vector<double> scales{1, 1};
  while (static_cast<int64_t>(scales.size()) < x->rank())
    scales.push_back(g.oneOf(std::vector<double>{0.5, 1, 1.5, 2}));
  const Known factors = g.constant(DType::f32, {x->rank()}, scales);
  // Where nearest rounds is computed from the shapes alone: exact.
  g.add({ops::resize,
         {*x, Known{}, factors},
         {{"mode", mode}, {"coordinate_transformation_mode", transformation}},
         mode == "nearest" ? Rounding::exact : Rounding::rounded});
}

void recurrent(Grower& g) {
  const auto x = g.choose([](const Known& v) { return isFloat(v.type()) && v.rank() == 3 && v.count() > 0; });
  if (!x) return;
  const std::vector<std::pair<const Op*, int64_t>> kinds{{&ops::lstm, 4}, {&ops::gru, 3}, {&ops::rnn, 1}};
  const auto [op, gates] = g.oneOf(kinds);
  const std::string direction = g.oneOf(std::vector<std::string>{"forward", "reverse", "bidirectional"});
  const int64_t directions = direction == "bidirectional" ? 2 : 1, hidden = 1 + g.pick(3);
  std::vector<Known> in{*x, g.someConstant(x->type(), {directions, gates * hidden, x->dims()[2]}),
                        g.someConstant(x->type(), {directions, gates * hidden, hidden})};
  if (g.chance(60)) in.push_back(g.someConstant(x->type(), {directions, 2 * gates * hidden}));
  g.addAll({*op,
            in,
            {{"hidden_size", hidden}, {"direction", direction}},
            Rounding::rounded,
            op == &ops::lstm ? 3 : 2});
}

void integerProducts(Grower& g) {
  const auto x = g.choose(
      [](const Known& v) { return (v.type() == DType::u8 || v.type() == DType::i8) && v.rank() >= 2; });
  if (!x) return;
  const DType weights = g.chance(50) ? DType::u8 : DType::i8;
  if (x->rank() == 4 && g.chance(60)) {
    const Dims dims{1 + g.pick(3), x->dims()[1], 1 + g.pick(2), 1 + g.pick(2)};
    return (void)g.add(
        {.op = ops::convInteger, .in = {*x, g.someConstant(weights, dims), g.someConstant(x->type(), {})}});
  }
  const Known w = g.someConstant(weights, {x->dims().back(), 1 + g.pick(4)});
  g.add(
      {.op = ops::matMulInteger, .in = {*x, w, g.someConstant(x->type(), {}), g.someConstant(weights, {})}});
}

void quantize(Grower& g) {
  const auto x =
      g.choose([](const Known& v) { return v.type() == DType::f32 && v.noise == 0 && isFinite(v.tensor()); });
  if (!x) return;
  const DType type = g.chance(50) ? DType::u8 : DType::i8;
  const int64_t axis = x->rank() > 0 ? g.pick(x->rank()) : 0;
  const bool perChannel = x->rank() > 0 && g.chance(40);
  const Dims dims = perChannel ? Dims{x->dims()[static_cast<size_t>(axis)]} : Dims{};
  std::vector<double> scales(static_cast<size_t>(elementCount(dims)));
  for (double& scale : scales) scale = g.oneOf(std::vector<double>{0.03125, 0.0625, 0.25});
  const Known scale = g.constant(DType::f32, dims, scales), zero = g.someConstant(type, dims);
  const Attributes attributes{{"axis", axis}};
  const auto q = g.add({ops::quantizeLinear, {*x, scale, zero}, attributes, Rounding::jumps});
  if (q) g.add({ops::dequantizeLinear, {*q, scale, zero}, attributes, Rounding::rounded});
}

}  // namespace

std::vector<NodeMaker> windowMakers() {
  return {{conv, 8},
          {convTranspose, 2},
          {pool, 5},
          {globalPool, 2},
          {matMul, 5},
          {gemm, 3},
          {einsum, 1},
          {batchNorm, 3},
          {normalization, 4},
          {softmax, 3},
          {resize, 2},
          {recurrent, 1},
          {integerProducts, 1},
          {quantize, 2}};
}

}  // namespace ridge::test
