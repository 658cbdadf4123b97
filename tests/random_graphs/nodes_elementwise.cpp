#include "grower.h"

namespace ridge::test {

namespace {

struct Unary {
  const Op* op;
  Rounding rounding = Rounding::rounded;
};

void floatUnary(Grower& g) {
  static const std::vector<Unary> ops{
      {&ops::abs, Rounding::exact},
      {&ops::acos},
      {&ops::acosh},
      {&ops::asin},
      {&ops::asinh},
      {&ops::atan},
      {&ops::atanh},
      {&ops::cos},
      {&ops::cosh},
      {&ops::ceil, Rounding::jumps},
      {&ops::erf},
      {&ops::exp},
      {&ops::floor, Rounding::jumps},
      {&ops::log},
      {&ops::mish, Rounding::cancels},
      {&ops::neg, Rounding::exact},
      {&ops::round, Rounding::jumps},
      {&ops::reciprocal},
      {&ops::relu, Rounding::exact},
      {&ops::relu, Rounding::exact},
      {&ops::sigmoid},
      {&ops::sigmoid},
      {&ops::sign, Rounding::jumps},
      {&ops::sin},
      {&ops::sinh},
      {&ops::softplus},
      {&ops::softsign},
      {&ops::sqrt},
      {&ops::tan},
      {&ops::tanh},
      {&ops::tanh},
      {&ops::hardSwish},
      {&ops::identity, Rounding::exact},
      {&ops::isNaN, Rounding::jumps},
      {&ops::isInf, Rounding::jumps},
  };
  const Unary unary = g.oneOf(ops);
  if (const auto x = g.chooseFloat()) g.add({.op = *unary.op, .in = {*x}, .rounding = unary.rounding});
}

void activation(Grower& g) {
  const auto x = g.chooseFloat();
  if (!x) return;
  const float alpha = 0.25F * static_cast<float>(1 + g.pick(6));
  switch (g.pick(9)) {
    case 0:
      return (void)g.add({ops::leakyRelu, {*x}, {{"alpha", alpha}}, Rounding::rounded});
    case 1:
      return (void)g.add({ops::elu, {*x}, {{"alpha", alpha}}, Rounding::rounded});
    case 2:
      return (void)g.add({ops::celu, {*x}, {{"alpha", alpha}}, Rounding::rounded});
    case 3:
      return (void)g.add({ops::selu, {*x}, {{"alpha", alpha}, {"gamma", 1.5F}}, Rounding::rounded});
    case 4:
      return (void)g.add({ops::hardSigmoid, {*x}, {{"alpha", alpha}, {"beta", 0.5F}}, Rounding::rounded});
    case 5: {
      const std::string approximate = g.chance(50) ? "tanh" : "none";
      return (void)g.add({ops::gelu, {*x}, {{"approximate", approximate}}, Rounding::cancels});
    }
    case 6:
      return (void)g.add({ops::thresholdedRelu, {*x}, {{"alpha", alpha}}, Rounding::jumps});
    case 7:
      return (void)g.add({ops::swish, {*x}, {{"alpha", alpha}}, Rounding::rounded});
    default: {
      Dims dims = x->dims();
      for (int64_t& dim : dims)
        if (g.chance(40)) dim = 1;
      return (void)g.add({ops::prelu, {*x, g.someConstant(x->type(), dims)}, {}, Rounding::rounded});
    }
  }
}

/// Another operand: the same value, one of the same type that may broadcast, or a constant.
Known partner(Grower& g, const Known& x) {
  const int64_t kind = g.pick(100);
  if (kind < 8) return x;
  if (kind < 60)
    if (const auto other = g.choose([&](const Known& y) { return y.type() == x.type(); })) return *other;
  Dims dims = x.dims();
  for (int64_t& dim : dims)
    if (g.chance(35)) dim = 1;
  const auto cut = g.pick(static_cast<int64_t>(dims.size()) + 1);
  if (g.chance(40)) dims.erase(dims.begin(), dims.begin() + cut);
  return g.someConstant(x.type(), dims);
}

std::vector<Known> inEitherOrder(Grower& g, const Known& x, const Known& y) {
  return g.chance(50) ? std::vector{x, y} : std::vector{y, x};
}

void arithmetic(Grower& g) {
  const auto x = g.choose([](const Known& v) { return v.type() != DType::boolean; });
  if (!x) return;
  static const std::vector<Unary> ops{{&ops::add},
                                      {&ops::add},
                                      {&ops::sub},
                                      {&ops::mul},
                                      {&ops::mul},
                                      {&ops::div},
                                      {&ops::maxOf, Rounding::exact},
                                      {&ops::minOf, Rounding::exact}};
  const Unary op = g.oneOf(ops);
  if (op.op == &ops::div && !isFloat(x->type())) {
    const Known divisor = g.constant(x->type(), {}, {static_cast<double>(1 + g.pick(3))});
    return (void)g.add({*op.op, {*x, divisor}});
  }
  g.add(
      {*op.op, inEitherOrder(g, *x, partner(g, *x)), {}, isFloat(x->type()) ? op.rounding : Rounding::exact});
}

void variadic(Grower& g) {
  const auto x = g.chooseFloat();
  if (!x) return;
  static const std::vector<Unary> ops{
      {&ops::sumOf}, {&ops::meanOf}, {&ops::maxOf, Rounding::exact}, {&ops::minOf, Rounding::exact}};
  std::vector<Known> in{*x};
  for (int64_t more = g.pick(4); more > 0; --more) in.push_back(partner(g, *x));
  const Unary op = g.oneOf(ops);
  g.add({*op.op, in, {}, op.rounding});
}

void power(Grower& g) {
  const auto x = g.chooseFloat();
  if (!x) return;
  const auto exponent = g.oneOf(std::vector<double>{2, 3, 1, 0, -1, 0.5, -0.5});
  const DType type = g.chance(30) ? DType::i32 : x->type();
  g.add({ops::pow, {*x, g.constant(type, {}, {exponent})}, {}, Rounding::rounded});
}

void modulus(Grower& g) {
  const auto x = g.choose([](const Known& v) { return v.type() != DType::boolean; });
  if (!x) return;
  const Known divisor = g.constant(x->type(), {}, {static_cast<double>(1 + g.pick(4))});
  g.add({ops::mod, {*x, divisor}, {{"fmod", int64_t{isFloat(x->type()) || g.chance(50)}}}, Rounding::jumps});
}

void comparison(Grower& g) {
  static const std::vector<const Op*> ops{&ops::equal, &ops::greater, &ops::greaterOrEqual, &ops::less,
                                          &ops::lessOrEqual};
  const Op* op = g.oneOf(ops);
  const auto x = g.choose(
      [&](const Known& v) { return v.noise == 0 && (op == &ops::equal || v.type() != DType::boolean); });
  if (x) g.add({*op, inEitherOrder(g, *x, partner(g, *x)), {}, Rounding::jumps});
}

void logic(Grower& g) {
  const auto x = g.choose([](const Known& v) { return v.type() == DType::boolean; });
  if (!x) return;
  static const std::vector<const Op*> ops{&ops::logicalAnd, &ops::logicalOr, &ops::logicalXor,
                                          &ops::logicalNot};
  const Op* op = g.oneOf(ops);
  g.add({*op, op == &ops::logicalNot ? std::vector{*x} : std::vector{*x, partner(g, *x)}});
}

void bits(Grower& g) {
  const auto x = g.choose([](const Known& v) { return isInteger(v.type()); });
  if (!x) return;
  static const std::vector<const Op*> ops{&ops::bitwiseAnd, &ops::bitwiseOr, &ops::bitwiseXor,
                                          &ops::bitwiseNot};
  if (x->type() == DType::u8 && g.chance(50)) {
    const std::string direction = g.chance(50) ? "LEFT" : "RIGHT";
    const Known by = g.constant(DType::u8, {}, {static_cast<double>(g.pick(9))});
    return (void)g.add({ops::bitShift, {*x, by}, {{"direction", direction}}});
  }
  const Op* op = g.oneOf(ops);
  g.add({*op, op == &ops::bitwiseNot ? std::vector{*x} : std::vector{*x, partner(g, *x)}});
}

void integerUnary(Grower& g) {
  const auto x = g.choose([](const Known& v) { return isInteger(v.type()); });
  static const std::vector<const Op*> ops{&ops::abs, &ops::neg, &ops::sign, &ops::relu, &ops::identity};
  if (x) g.add({.op = *g.oneOf(ops), .in = {*x}});
}

void cast(Grower& g) {
  const auto x = g.choose([](const Known&) { return true; });
  if (!x) return;
  static const std::vector<DType> types{DType::f32, DType::f32,  DType::f32,    DType::f16,
                                        DType::f64, DType::bf16, DType::i32,    DType::i64,
                                        DType::u8,  DType::i8,   DType::boolean};
  const DType to = g.oneOf(types);
  if (!isFloat(to) && !isFinite(x->tensor())) return;  // not defined
  // A narrower float rounds; whatever is no float jumps.
  const Rounding rounding = isFloat(x->type()) ? (isFloat(to) ? Rounding::rounded : Rounding::jumps)
                            : isFloat(to)      ? Rounding::rounded
                                               : Rounding::exact;
  if (g.chance(80)) return (void)g.add({ops::cast, {*x}, {{"to", static_cast<int64_t>(to)}}, rounding});
  g.add({ops::castLike, {*x, g.someConstant(to, {})}, {}, rounding});
}

void clip(Grower& g) {
  const auto x = g.choose([](const Known& v) { return v.type() != DType::boolean; });
  if (!x) return;
  const auto low = static_cast<double>(g.pick(3)), high = low + static_cast<double>(g.pick(4));
  std::vector<Known> in{*x, Known{}, Known{}};
  if (g.chance(70)) in[1] = g.constant(x->type(), {}, {low});
  if (g.chance(70)) in[2] = g.constant(x->type(), {}, {high});
  if (in[2].id == kNoValue) in.pop_back();
  if (in.back().id == kNoValue) in.pop_back();
  g.add({.op = ops::clip, .in = in});
}

void where(Grower& g) {
  const auto condition = g.choose([](const Known& v) { return v.type() == DType::boolean; });
  const auto x = g.choose([](const Known&) { return true; });
  if (condition && x) g.add({ops::where, {*condition, *x, partner(g, *x)}});
}

void dropout(Grower& g) {
  if (const auto x = g.chooseFloat()) g.add({.op = ops::dropout, .in = {*x}});
}

void shrink(Grower& g) {
  if (const auto x = g.chooseFloat())
    g.add({ops::shrink, {*x}, {{"lambd", 0.5F}, {"bias", 0.25F}}, Rounding::jumps});
}

}  // namespace

std::vector<NodeMaker> elementwiseMakers() {
  return {{floatUnary, 12}, {activation, 6}, {arithmetic, 14}, {variadic, 2}, {power, 2},
          {modulus, 1},     {comparison, 3}, {logic, 1},       {bits, 1},     {integerUnary, 1},
          {cast, 4},        {clip, 3},       {where, 2},       {dropout, 1},  {shrink, 1}};
}

}  // namespace ridge::test
