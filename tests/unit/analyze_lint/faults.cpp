#include "faults.h"

namespace ridge::test {

analyze::Roof plainRoof() {
  analyze::Roof roof;
  roof.target = "a machine of the test";
  roof.channelMultiple = 8;
  roof.peakOpsPerS = 1e9;
  roof.bandwidthBytesPerS = 1e9;
  return roof;
}

ValueId convolution(GraphMaker& m, ValueId in, const std::string& name, int64_t to, int64_t from,
                    int64_t kernel, int64_t group) {
  const int64_t pad = kernel / 2;
  return m.node(ops::conv,
                {in, m.weights(name + "_w", {to, from / group, kernel, kernel}, 0.2F),
                 m.weights(name + "_b", {to}, 0.1F)},
                name, {{"pads", Ints{pad, pad, pad, pad}}, {"group", group}});
}

Graph networkOf(const Nodes& nodes, Dims in) {
  GraphMaker m;
  m.output("y", nodes(m, m.input("x", {in.begin(), in.end()})));
  return m.finish();
}

namespace {

Graph channelsOff(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const int64_t width = fault ? 27 : 32;
    return convolution(m, convolution(m, x, "off", width, 16), "next", 16, width, 3);
  });
}

/// The network's own width: no picture, no classes.
Graph singleLayer(bool fault) {
  const int64_t width = fault ? 30 : 32;
  return networkOf(
      [&](GraphMaker& m, ValueId x) {
        return m.node(ops::relu, {convolution(m, x, "only", width, width)}, "active");
      },
      {1, width, 8, 8});
}

Graph columnsOff(bool fault) {
  const int64_t width = fault ? 100 : 104;
  return networkOf(
      [&](GraphMaker& m, ValueId x) {
        const ValueId wide =
            m.node(ops::gemm, {x, m.weights("w", {width, 64})}, "wide", {{"transB", int64_t{1}}});
        return m.node(ops::gemm, {m.node(ops::relu, {wide}, "active"), m.weights("v", {width, 64})}, "back");
      },
      {64, 64});
}

Graph depthwiseLayer(bool fault) {
  return networkOf(
      [&](GraphMaker& m, ValueId x) { return convolution(m, x, "mixed", 16, 16, 3, fault ? 16 : 1); });
}

Graph depthwiseTransposed(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    return m.node(ops::convTranspose, {x, m.weights("w", {16, fault ? 1 : 16, 2, 2})}, "up",
                  {{"strides", Ints{2, 2}}, {"group", int64_t{fault ? 16 : 1}}});
  });
}

Graph depthwiseLine(bool fault) {
  return networkOf(
      [&](GraphMaker& m, ValueId x) {
        return m.node(ops::conv, {x, m.weights("w", {32, fault ? 1 : 32, 3})}, "line",
                      {{"pads", Ints{1, 1}}, {"group", int64_t{fault ? 32 : 1}}});
      },
      {1, 32, 256});
}

Graph narrowProduct(bool fault) {
  const int64_t width = fault ? 8 : 128;
  return networkOf(
      [&](GraphMaker& m, ValueId x) {
        return m.node(ops::matMul, {x, m.weights("w", {width, width})}, "narrow");
      },
      {1, 512, width});
}

Graph narrowSingle(bool fault) {
  return networkOf([&](GraphMaker& m,
                       ValueId x) { return convolution(m, x, "narrow", fault ? 1 : 64, fault ? 1 : 64, 1); },
                   {1, fault ? 1 : 64, 32, 32});
}

Graph fullyConnected(bool fault) {
  return networkOf(
      [](GraphMaker& m, ValueId x) {
        return m.node(ops::gemm, {x, m.weights("w", {64, 64})}, "dense");
      },
      {fault ? 1 : 64, 64});
}

/// Reductions in a row: nothing fuses them.
Graph manySmall(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    for (int at = 0; at < (fault ? 6 : 2); ++at)
      x = m.node(ops::softmax, {x}, "soft" + std::to_string(at), {{"axis", int64_t{1 + at % 3}}});
    return x;
  });
}

/// Branches side by side, joined.
Graph manyBranches(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    std::vector<ValueId> branches;
    for (int at = 0; at < (fault ? 8 : 2); ++at)
      branches.push_back(convolution(m, x, "branch" + std::to_string(at), 8, 16, 1));
    return m.node(ops::concat, branches, "joined", {{"axis", int64_t{1}}});
  });
}

/// What one product could do for all rows.
Graph rowByRow(bool fault) {
  return networkOf(
      [&](GraphMaker& m, ValueId x) {
        const ValueId w = m.weights("w", {32, 32});
        if (!fault) return m.node(ops::matMul, {x, w}, "all");
        std::vector<ValueId> rows;
        for (int64_t at = 0; at < 32; at += 4) {
          const std::string number = std::to_string(at);
          const ValueId part = m.node(ops::slice,
                                      {x, m.ints("from" + number, {at}), m.ints("to" + number, {at + 4}),
                                       m.ints("axis" + number, {0})},
                                      "part" + number);
          rows.push_back(m.node(ops::matMul, {part, w}, "row" + number));
        }
        return m.node(ops::concat, rows, "joined", {{"axis", int64_t{0}}});
      },
      {32, 32});
}

/// What one product with a constant for all channels could do.
Graph channelByChannel(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    if (!fault)
      return m.node(ops::softmax, {m.node(ops::mul, {x, m.weights("w", {16, 1, 1})}, "all")}, "soft");
    std::vector<std::string> names;
    for (int at = 0; at < 16; ++at) names.push_back("channel" + std::to_string(at));
    std::vector<ValueId> parts =
        m.nodeWithOutputs(ops::split, {x, m.ints("sizes", Ints(16, 1))}, names, {{"axis", int64_t{1}}});
    for (size_t at = 0; at < parts.size(); ++at)
      parts[at] =
          m.node(ops::mul, {parts[at], m.scalar("by" + std::to_string(at), 0.5F + static_cast<float>(at))},
                 "scaled" + std::to_string(at));
    return m.node(ops::softmax, {m.node(ops::concat, parts, "joined", {{"axis", int64_t{1}}})}, "soft");
  });
}

Graph longChain(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    for (int at = 0; at < (fault ? 9 : 3); ++at)
      x = m.node(at % 2 == 0 ? ops::abs : ops::neg, {x}, "link" + std::to_string(at));
    return x;
  });
}

/// The product's activation stands behind a Reshape.
Graph activatedBehindReshape(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const auto active = [&](ValueId of) { return m.node(ops::relu, {of}, "active"); };
    ValueId y = convolution(m, x, "before", 16, 16);
    if (!fault) y = active(y);
    y = m.node(ops::reshape, {y, m.ints("rows", {16, 64})}, "rows");
    if (fault) y = active(y);
    return m.node(ops::matMul, {y, m.weights("v", {64, 64})}, "after");
  });
}

/// Relu's operand is also read by the sum behind the next convolution.
Graph secondReader(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const ValueId sums = convolution(m, x, "sums", 16, 16);
    const ValueId active = m.node(ops::relu, {sums}, "active");
    const ValueId next = convolution(m, active, "next", 16, 16);
    return m.node(ops::add, {next, fault ? sums : active}, "residual");
  });
}

/// A gate that needs the whole of what it opens.
Graph spreadResult(bool fault) {
  return networkOf(
      [&](GraphMaker& m, ValueId x) {
        const ValueId row = m.node(ops::gemm, {x, m.weights("w", {32, 32})}, "row");
        return m.node(ops::add, {row, fault ? m.weights("table", {32, 1, 32}) : m.weights("bias", {32})},
                      "spread");
      },
      {64, 32});
}

Graph activatedInFront(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const auto active = [&](ValueId of, const std::string& name) { return m.node(ops::relu, {of}, name); };
    ValueId a = convolution(m, x, "a", 16, 16), b = convolution(m, x, "b", 16, 16);
    if (!fault) a = active(a, "relu_a"), b = active(b, "relu_b");
    ValueId joined = m.node(ops::concat, {a, b}, "joined", {{"axis", int64_t{1}}});
    if (fault) joined = active(joined, "late");
    return convolution(m, joined, "next", 16, 32);
  });
}

ValueId normalized(GraphMaker& m, ValueId in, const std::string& name) {
  return m.node(ops::batchNormalization,
                {in, m.weights(name + "_scale", {16}), m.weights(name + "_shift", {16}),
                 m.weights(name + "_mean", {16}), m.floats(name + "_variance", {16}, Floats(16, 0.5F))},
                name);
}

Graph lateNorm(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    ValueId y = convolution(m, x, "before", 16, 16);
    y = fault ? normalized(m, m.node(ops::relu, {y}, "active"), "norm")
              : m.node(ops::relu, {normalized(m, y, "norm")}, "active");
    return convolution(m, y, "after", 16, 16);
  });
}

/// An activation of the network's input, in front of the first convolution.
Graph activatedInput(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const auto active = [&](ValueId of) { return m.node(ops::relu, {of}, "active"); };
    return fault ? convolution(m, active(normalized(m, x, "norm")), "first", 16, 16)
                 : active(normalized(m, convolution(m, x, "first", 16, 16), "norm"));
  });
}

Graph lateBias(bool fault) {
  return networkOf(
      [&](GraphMaker& m, ValueId x) {
        const auto biased = [&](ValueId of) {
          return m.node(ops::add, {of, m.weights("b", {64})}, "biased");
        };
        const ValueId y = m.node(ops::matMul, {x, m.weights("w", {64, 64})}, "before");
        const ValueId z =
            fault ? biased(m.node(ops::relu, {y}, "active")) : m.node(ops::relu, {biased(y)}, "active");
        return m.node(ops::matMul, {z, m.weights("v", {64, 64})}, "after");
      },
      {64, 64});
}

Graph between(const Op& op) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const ValueId y = convolution(m, x, "before", 16, 16);
    return convolution(m, m.node(op, {y}, "between"), "after", 16, 16);
  });
}

Graph geluBetween(bool fault) {
  return between(fault ? ops::gelu : ops::relu);
}

Graph layerNormBetween(bool fault) {
  return networkOf(
      [&](GraphMaker& m, ValueId x) {
        ValueId y = m.node(ops::matMul, {x, m.weights("w", {64, 64})}, "before");
        y = fault ? m.node(ops::layerNormalization, {y, m.weights("scale", {64}), m.weights("shift", {64})},
                           "between", {{"axis", int64_t{-1}}})
                  : m.node(ops::relu, {y}, "between");
        return m.node(ops::matMul, {y, m.weights("v", {64, 64})}, "after");
      },
      {64, 64});
}

Graph sigmoidBetween(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const ValueId y = convolution(m, x, "before", 16, 16);
    return convolution(m, m.node(fault ? ops::sigmoid : ops::relu, {y}, "between"), "after", 16, 16);
  });
}

Graph divisionBetween(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const ValueId y = convolution(m, x, "before", 16, 16);
    const ValueId by = fault ? convolution(m, x, "divisor", 16, 16) : m.scalar("two", 2);
    return convolution(m, m.node(ops::div, {y, by}, "quotient"), "after", 16, 16);
  });
}

Graph wideMask(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    return m.node(ops::add, {x, m.floats("mask", {8}, {0, 0, 0, 0, 0, 0, 0, fault ? -1e9F : -1e4F})},
                  "masked");
  });
}

/// Passes hide the factor in the weights before it.
Graph wideFactor(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const ValueId y = convolution(m, x, "before", 16, 16);
    return convolution(m, m.node(ops::mul, {y, m.scalar("factor", fault ? 1e5F : 1e2F)}, "scaled"), "after",
                       16, 16);
  });
}

Graph lostEpsilon(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const ValueId positive = m.node(ops::abs, {x}, "positive");
    return m.node(ops::sqrt,
                  {m.node(ops::add, {positive, m.scalar("epsilon", fault ? 1e-12F : 1e-5F)}, "kept")},
                  "root");
  });
}

Graph openExp(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const ValueId axes = m.ints("axes", {1});
    ValueId shifted = x;
    if (!fault) shifted = m.node(ops::sub, {x, m.node(ops::reduceMax, {x, axes}, "largest")}, "shifted");
    const ValueId powers = m.node(ops::exp, {shifted}, "powers");
    return m.node(ops::div, {powers, m.node(ops::reduceSum, {powers, axes}, "total")}, "share");
  });
}

Graph longSum(bool fault) {
  return networkOf(
      [&](GraphMaker& m, ValueId x) {
        return m.node(fault ? ops::reduceSum : ops::reduceMean, {x, m.ints("axes", {1})}, "total");
      },
      {1, 70000});
}

Graph highPower(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    return m.node(ops::pow, {x, m.scalar("exponent", fault ? 5.0F : 3.0F)}, "power");
  });
}

Graph shapeAtRunTime(bool fault) {
  GraphMaker m;
  const ValueId x = m.input("x", {Dim::symbol("N"), 16, 8, 8});
  const ValueId y = convolution(m, x, "before", 16, 16);
  ValueId target = m.ints("target", {0, -1});
  if (fault) {
    const ValueId shape =
        m.node(ops::shapeOf, {m.constant("table", Tensor::of({2, 5}, std::span<const float>(Floats(10, 1))))},
               "shape");
    const ValueId one = m.node(ops::gather, {shape, m.ints("first", {0})}, "part");
    const ValueId zero = m.node(ops::sub, {one, m.ints("two", {2})}, "none");
    target = m.node(ops::concat, {zero, m.ints("rest", {-1})}, "target_now", {{"axis", int64_t{0}}});
  }
  m.output("y", m.node(ops::reshape, {y, target}, "flat"));
  return m.finish();
}

Graph weightsAtRunTime(bool fault) {
  return networkOf(
      [&](GraphMaker& m, ValueId x) {
        ValueId weights = m.weights("w", {32, 32});
        if (fault) weights = m.node(ops::transpose, {weights}, "turned", {{"perm", Ints{1, 0}}});
        return m.node(ops::matMul, {x, weights}, "product");
      },
      {64, 32});
}

Graph computedTwice(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const ValueId once = m.node(ops::softmax, {x}, "once", {{"axis", int64_t{1}}});
    const ValueId again = m.node(ops::softmax, {x}, "again", {{"axis", int64_t{fault ? 1 : 2}}});
    return m.node(ops::mul, {once, again}, "product");
  });
}

Graph forNobody(bool fault) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const ValueId unread = m.node(ops::softmax, {x}, "unread");
  m.output("y", convolution(m, x, "read", 16, 16));
  if (!fault) m.output("z", unread);
  return m.finish();
}

Graph partsForNobody(bool fault) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const auto parts =
      m.nodeWithOutputs(ops::split, {convolution(m, x, "made", 16, 16), m.ints("sizes", {8, 8})},
                        {"parts", "rest"}, {{"axis", int64_t{1}}});
  m.output("y", parts[0]);
  if (!fault) m.output("z", parts[1]);
  return m.finish();
}

Graph dropoutLeft(bool fault) {
  return networkOf([&](GraphMaker& m, ValueId x) {
    const ValueId y = convolution(m, x, "before", 16, 16);
    return convolution(m, fault ? m.node(ops::dropout, {y}, "dropped") : y, "after", 16, 16);
  });
}

}  // namespace

std::vector<Fault> floatFaults() {
  // By hand: 9 * 16 multiply-adds and a bias for each of 64 pixels of a channel, a nanosecond an
  // operation.
  const double perChannel = (2 * 9 * 16 + 1) * 64 * 1e-9;
  return {{"ChannelsOffTheMultiple", "channels", "off", "16 %", channelsOff, 5 * perChannel},
          {"SingleLayerOffTheMultiple", "channels", "only", "12 %", singleLayer},
          {"ColumnsOffTheMultiple", "channels", "wide", "3.8 %", columnsOff},
          {"Depthwise", "low-intensity", "mixed", "operations a byte", depthwiseLayer},
          {"DepthwiseTransposed", "low-intensity", "up", "operations a byte", depthwiseTransposed},
          {"DepthwiseLine", "low-intensity", "line", "operations a byte", depthwiseLine},
          {"NarrowProduct", "low-intensity", "narrow", "operations a byte", narrowProduct},
          {"NarrowSingle", "low-intensity", "narrow", "operations a byte", narrowSingle},
          {"FullyConnectedOfOneRow", "low-intensity", "dense", "operations a byte", fullyConnected},
          {"ManySmallInARow", "small-operators", "soft3", "6 of 6 kernels", manySmall},
          {"ManySmallSideBySide", "small-operators", "branch5", "8 times Conv", manyBranches},
          {"RowByRow", "small-operators", "row12", "8 times MatMul", rowByRow},
          {"ChannelByChannel", "small-operators", "scaled7", "16 times Mul", channelByChannel},
          {"LongChain", "small-operators", "link4", "9 nodes", longChain},
          {"ActivatedBehindReshape", "fusion-breakers", "active", "8.00 KiB moved again",
           activatedBehindReshape, 8192e-9},
          {"SecondReader", "fusion-breakers", "sums", "4.00 KiB written", secondReader, 4096e-9},
          {"SpreadResult", "fusion-breakers", "spread", "moved again", spreadResult},
          {"ActivationBehindConcat", "fusion-breakers", "late", "16.0 KiB moved again", activatedInFront,
           16384e-9},
          {"ActivatedInput", "fusion-breakers", "active", "moved again", activatedInput},
          {"BiasBehindActivation", "late-normalization", "biased", "operations", lateBias, 4096e-9},
          {"NormalizationBehindActivation", "late-normalization", "norm", "operations", lateNorm, 2048e-9},
          {"SigmoidInTheMiddle", "integer-stretches", "between", "6.00 KiB more", sigmoidBetween, 6144e-9},
          {"GeluInTheMiddle", "integer-stretches", "between", "6.00 KiB more", geluBetween, 6144e-9},
          {"LayerNormInTheMiddle", "integer-stretches", "between", "more traffic", layerNormBetween},
          {"DivisionInTheMiddle", "integer-stretches", "quotient", "more traffic", divisionBetween},
          {"MaskBeyondHalf", "half-range", "masked", "-1e+09 is below -65504", wideMask},
          {"FactorBeyondHalf", "half-range", "scaled", "1e+05", wideFactor},
          {"EpsilonBelowHalf", "half-range", "kept", "1e-12", lostEpsilon},
          {"ExpWithoutMaximum", "half-range", "powers", "11.1", openExp},
          {"SumOfManyTerms", "half-range", "total", "70000 terms", longSum},
          {"HighPower", "half-range", "power", "from 9.19", highPower},
          {"ShapeAtRunTime", "runtime-constants", "target_now", "4 nodes", shapeAtRunTime},
          {"WeightsTransposedAtRunTime", "runtime-constants", "turned", "1 node", weightsAtRunTime},
          {"ComputedTwice", "duplicates", "again", "computed twice", computedTwice},
          {"ComputedForNobody", "duplicates", "unread", "not read", forNobody},
          {"PartsForNobody", "duplicates", "parts", "for nobody", partsForNobody},
          {"DropoutLeft", "leftovers", "dropped", "1 node", dropoutLeft}};
}

}  // namespace ridge::test
