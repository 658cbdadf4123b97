#include "faults.h"

namespace ridge::test {

namespace {

/// Builds networks of Q/DQ pairs.
struct Quantized {
  GraphMaker m;
  int made = 0;

  ValueId zeroPoint(DType type, int64_t zero = 0) {
    const double number = static_cast<double>(zero);
    return m.constant("zero" + std::to_string(made++), fromDoubles(type, {}, std::span(&number, 1)));
  }
  ValueId scale(float number) { return m.scalar("scale" + std::to_string(made++), number); }

  ValueId pair(ValueId in, const std::string& name, float step = 0.05F) {
    const ValueId s = scale(step), zero = zeroPoint(DType::i8);
    return m.node(ops::dequantizeLinear, {m.node(ops::quantizeLinear, {in, s, zero}, name + "_q"), s, zero},
                  name + "_dq");
  }

  /// How the weights of a convolution deviate from what they should be.
  struct Weights {
    bool quantized = true, perTensor = false;
    int64_t zero = 0;
    float biasScale = 0.0005F;
    int64_t group = 1;
  };
  ValueId conv(ValueId in, const std::string& name, const Weights& how, int64_t to = 16, int64_t from = 16) {
    const Dims dims{to, from / how.group, 3, 3};
    ValueId weights;
    if (how.quantized) {
      std::vector<double> bytes(static_cast<size_t>(elementCount(dims)));
      for (size_t at = 0; at < bytes.size(); ++at)
        bytes[at] = static_cast<double>((at * 7 + name.size() * 13) % 200) - 100;
      const ValueId stored = m.constant(name + "_bytes", fromDoubles(DType::i8, dims, bytes));
      const std::vector<double> zeros(how.perTensor ? 1 : static_cast<size_t>(to),
                                      static_cast<double>(how.zero));
      const Dims each = how.perTensor ? Dims{} : Dims{to};
      const ValueId steps = m.floats(name + "_steps", each, Floats(zeros.size(), 0.01F));
      const ValueId zero = m.constant(name + "_zeros", fromDoubles(DType::i8, each, zeros));
      weights = m.node(ops::dequantizeLinear, {stored, steps, zero}, name + "_w", {{"axis", int64_t{0}}});
    } else {
      weights = m.weights(name + "_w", dims);
    }
    const std::vector<double> sums(static_cast<size_t>(to), 40);
    const ValueId bias = m.node(
        ops::dequantizeLinear,
        {m.constant(name + "_sums", fromDoubles(DType::i32, {to}, sums)), scale(how.biasScale)}, name + "_b");
    return m.node(ops::conv, {in, weights, bias}, name, {{"pads", Ints{1, 1, 1, 1}}, {"group", how.group}});
  }
  ValueId conv(ValueId in, const std::string& name) { return conv(in, name, Weights{}); }
  ValueId relu(ValueId in, const std::string& name) { return m.node(ops::relu, {in}, name); }

  ValueId input(int64_t channels = 16) { return pair(m.input("x", {1, channels, 8, 8}), "x", 0.05F); }
  Graph finish(ValueId out) {
    m.output("y", out);
    return m.finish();
  }
};

Graph convWith(const Quantized::Weights& how) {
  Quantized q;
  return q.finish(q.pair(q.conv(q.input(), "conv", how), "out"));
}

Graph floatWeights(bool fault) {
  return convWith({.quantized = !fault});
}

Graph floatLayerBetween(bool fault) {
  Quantized q;
  ValueId y = q.relu(q.conv(q.input(), "first"), "active");
  y = fault ? convolution(q.m, y, "between", 16, 16) : q.conv(q.pair(y, "active"), "between");
  return q.finish(q.pair(y, "out"));
}

/// Pairs all around, but no kernel of integers.
Graph sigmoidBetweenPairs(bool fault) {
  Quantized q;
  ValueId y = q.conv(q.input(), "first");
  y = fault ? q.m.node(ops::sigmoid, {q.pair(y, "sums")}, "gate") : q.relu(y, "gate");
  return q.finish(q.pair(q.conv(q.pair(y, "gate"), "second"), "out"));
}

Graph residualWithoutPair(bool fault) {
  Quantized q;
  const ValueId x = q.input();
  const ValueId left = q.conv(x, "left"), right = q.conv(x, "right");
  return q.finish(q.pair(
      q.relu(q.m.node(ops::add, {left, fault ? right : q.pair(right, "right")}, "sum"), "active"), "out"));
}

Graph concatHalfQuantized(bool fault) {
  Quantized q;
  const ValueId x = q.input();
  const ValueId left = q.pair(q.conv(x, "left"), "left"), right = q.conv(x, "right");
  const ValueId joined =
      q.m.node(ops::concat, {left, fault ? right : q.pair(right, "right")}, "joined", {{"axis", int64_t{1}}});
  return q.finish(q.pair(q.conv(joined, "last", {}, 16, 32), "out"));
}

Graph poolBeforePair(bool fault) {
  Quantized q;
  ValueId y = q.relu(q.conv(q.input(), "first"), "active");
  if (!fault) y = q.pair(y, "active");
  y = q.m.node(ops::maxPool, {y}, "pool", {{"kernel_shape", Ints{2, 2}}, {"strides", Ints{2, 2}}});
  if (fault) y = q.pair(y, "pool");
  return q.finish(q.pair(q.conv(y, "last"), "out"));
}

Graph pairTwice(bool fault) {
  Quantized q;
  ValueId y = q.pair(q.conv(q.input(), "first"), "one");
  if (fault) y = q.pair(y, "two");
  return q.finish(q.pair(q.conv(y, "last"), "out"));
}

Graph otherScale(bool fault) {
  Quantized q;
  ValueId y = q.pair(q.conv(q.input(), "first"), "one");
  if (fault) y = q.pair(y, "two", 0.07F);
  // The bias of the last convolution goes with the scale of its data.
  return q.finish(q.pair(q.conv(y, "last", {.biasScale = fault ? 0.0007F : 0.0005F}), "out"));
}

Graph badScale(bool fault) {
  Quantized q;
  return q.finish(q.pair(q.conv(q.input(), "first"), "out", fault ? 0.0F : 0.05F));
}

Graph beforeActivation(bool fault) {
  Quantized q;
  ValueId y = q.conv(q.input(), "first");
  if (fault) y = q.pair(y, "early");
  return q.finish(q.pair(q.relu(y, "active"), "out"));
}

Graph weightsZeroPoint(bool fault) {
  return convWith({.zero = fault ? 3 : 0});
}

Graph depthwiseOneScale(bool fault) {
  return convWith({.perTensor = fault, .group = 16});
}

Graph biasScaleOff(bool fault) {
  return convWith({.biasScale = fault ? 0.001F : 0.0005F});
}

}  // namespace

std::vector<Fault> quantizedFaults() {
  return {{"WeightsNotQuantized", "missing-pairs", "conv", "6.75 KiB more", floatWeights, 6912e-9},
          {"LayerNotQuantized", "missing-pairs", "between", "6.00 KiB more", floatLayerBetween, 6144e-9},
          {"SigmoidBetweenPairs", "integer-stretches", "gate", "more traffic", sigmoidBetweenPairs},
          {"ResidualWithoutPair", "missing-pairs", "sum", "6.00 KiB more", residualWithoutPair, 6144e-9},
          {"ConcatHalfQuantized", "missing-pairs", "joined", "more traffic", concatHalfQuantized},
          {"PoolBeforePair", "missing-pairs", "pool", "more traffic", poolBeforePair},
          {"PairTwice", "extra-pairs", "two_q", "2.00 KiB moved", pairTwice, 2048e-9},
          {"PairOfAnotherScale", "extra-pairs", "two_q", "2.00 KiB moved", otherScale, 2048e-9},
          {"ScaleOfZero", "harmful-pairs", "out_q", "scale 0", badScale},
          {"PairBeforeActivation", "harmful-pairs", "early_q", "moved again", beforeActivation},
          {"ZeroPointOfWeights", "harmful-pairs", "conv", "zero point", weightsZeroPoint},
          {"DepthwiseWithOneScale", "harmful-pairs", "conv", "1 scale for 16", depthwiseOneScale},
          {"BiasOfAnotherScale", "harmful-pairs", "conv", "0.001 instead of 0.0005", biasScaleOff}};
}

}  // namespace ridge::test
