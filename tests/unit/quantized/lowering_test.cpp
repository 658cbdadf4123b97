// What becomes integer, what does not and why, and how it is verified.
#include "ops/evaluate.h"
#include "quantized_testing.h"
#include "verify/verifier.h"

namespace ridge::test {
namespace {

struct Options {
  float scale = 0.02F;
  bool secondReader = false;
  int64_t channels = 8;
};

// Two convolutions and a residual, all between Q and DQ, with float32 around.
Graph network(const Options& options = {}) {
  QdqMaker m;
  const int64_t n = options.channels;
  const ValueId x = m.q(m.input("x", {1, n, 8, 8}), DType::u8, options.scale, 128, "xq");
  const auto conv = [&](ValueId in, const std::string& name) {
    return m.node(ops::conv,
                  {in, m.dqWeights(name + "_w", randomBytes(DType::i8, {8, n, 3, 3}, 5), Floats(8, 0.004F))},
                  name, {{"pads", Ints{1, 1, 1, 1}}});
  };
  const ValueId xf = m.dq(x, DType::u8, options.scale, 128, "xf");
  const ValueId first = conv(xf, "first");
  const ValueId relu = m.node(ops::relu, {first}, "relu");
  const ValueId yf = m.dq(m.q(relu, DType::u8, 0.03F, 0, "yq"), DType::u8, 0.03F, 0, "yf");
  if (options.secondReader) m.output("float", m.node(ops::neg, {relu}, "neg"));
  if (n == 8) {
    const ValueId sum = m.node(ops::add, {conv(yf, "second"), xf}, "sum");
    m.output("y", m.dq(m.q(sum, DType::u8, 0.05F, 100, "zq"), DType::u8, 0.05F, 100, "zf"));
  } else {
    m.output("y", m.node(ops::relu, {yf}, "last"));
  }
  return m.finish();
}

BuildResult built(const Graph& graph, VerifyMode mode = VerifyMode::full) {
  BuildOptions options = plainOptions();
  options.verify = mode;
  return buildModel(modelOf(graph), "q.onnx", options);
}

std::string sentenceOf(const BuildResult& result, const std::string& pass) {
  for (const auto& declined : result.passes.declined)
    if (declined.pass == pass) return declined.sentence;
  return {};
}

TEST(QuantizedLowering, ConvolutionsAndTheirResidualBecomeIntegerAndAreVerified) {
  const BuildResult result = built(network());
  EXPECT_EQ(countOf(result.lowered[0], ops::qConv), 2);
  EXPECT_EQ(countOf(result.lowered[0], ops::conv) + countOf(result.lowered[0], ops::add), 0);
  EXPECT_TRUE(result.verification.passed) << result.verification.failure();
  for (const Step& step : result.data.plans[0].steps) EXPECT_FALSE(step.fallback) << step.name;
  int exact = 0;
  for (const Verdict& verdict : result.verification.regions)
    if (verdict.kernel == "qconv") {
      EXPECT_EQ(verdict.difference.mismatched, 0);
      EXPECT_TRUE(verdict.againstLowered);
      ++exact;
    }
  EXPECT_EQ(exact, 2);
  EXPECT_TRUE(result.verification.outputs[0].againstLowered);
}

TEST(QuantizedLowering, AWrongWeightOfOneStepFails) {
  BuildResult result = built(network(), VerifyMode::off);
  for (Step& step : result.data.plans[0].steps) {
    if (step.kernel.tactic != "qconv") continue;
    Tensor& blob = result.data.weights[static_cast<size_t>(step.kernel.packed[0].at.index)].bytes;
    const auto old = blob.as<int16_t>();
    std::vector<int16_t> values(old.begin(), old.end());
    values[4 * 8] = static_cast<int16_t>(values[4 * 8] + 20);  // the middle tap
    blob = Tensor::of<int16_t>(DType::i16, blob.dims(), values);
    break;
  }
  const NamedInputs inputs{{"x", someNumbers({1, 8, 8, 8}, 3)}};
  const Graph& imported = result.imported.graph;
  const VerifyReport report = verifyPlan(imported, Truth(imported, inputs), result.lowered[0],
                                         makeExecutable(result.data, 0), inputs, VerifyMode::full);
  EXPECT_FALSE(report.passed);
}

// A lowered graph that is not the imported one: its own reference agrees with the plan, the imported one does
// not.
TEST(QuantizedLowering, ALoweredGraphThatIsStepsOffFails) {
  const Graph good = network(), other = network({.scale = 0.04F});
  const BuildResult result = built(good, VerifyMode::off), wrong = built(other, VerifyMode::off);
  const NamedInputs inputs{{"x", someNumbers({1, 8, 8, 8}, 3)}};
  const VerifyReport report = verifyPlan(good, Truth(good, inputs), wrong.lowered[0],
                                         makeExecutable(wrong.data, 0), inputs, VerifyMode::full);
  EXPECT_FALSE(report.passed);
  bool said = false;
  for (const Verdict& verdict : report.regions)
    said = said || verdict.note.find("steps off the imported graph") != std::string::npos;
  EXPECT_TRUE(said);
}

TEST(QuantizedLowering, DeclinesWithASentence) {
  EXPECT_NE(sentenceOf(built(network({.secondReader = true})), "quantized_conv").find("also read elsewhere"),
            std::string::npos);
  EXPECT_NE(sentenceOf(built(network({.scale = 1e-36F})), "quantized_conv").find("2^-100"),
            std::string::npos);
  EXPECT_NE(sentenceOf(built(network({.channels = 8000}), VerifyMode::off), "quantized_conv").find("int32"),
            std::string::npos);
}

// The standard nodes that an integer op stands for are one step off at most.
TEST(QuantizedLowering, ExpansionsAreTheSameWithinOneStep) {
  const Graph lowered = built(network(), VerifyMode::off).lowered[0];
  Graph expanded = lowered;
  for (NodeId id : lowered.order()) {
    if (!expanded.node(id).op->expand) continue;
    GraphBuilder builder(expanded, {id});
    expanded.node(id).op->expand(expanded.node(id), builder);
    for (NodeId added : expanded.apply(builder.finish("expanded"))) inferNode(expanded, added);
  }
  EXPECT_EQ(countOf(expanded, ops::qConv), 0);
  const NamedInputs inputs{{"x", someNumbers({1, 8, 8, 8}, 3)}};
  const auto want = toDoubles(evaluate(lowered, inputs)[0]), got = toDoubles(evaluate(expanded, inputs)[0]);
  for (size_t at = 0; at < want.size(); ++at) EXPECT_NEAR(got[at], want[at], 0.051);
}

}  // namespace
}  // namespace ridge::test
