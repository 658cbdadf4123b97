// Every planted fault is found, with its layer; the same network without it gives no finding.
#include "analyze/lint/lint.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "analyze/channel_padding.h"
#include "analyze/matrix_roof.h"
#include "analyze/roofline.h"
#include "cpu/cpu_backend.h"
#include "faults.h"
#include "plan/planner.h"
#include "reference/reference_backend.h"
#include "support/expect_error.h"

namespace ridge {
namespace {

using analyze::lint::Finding;
using analyze::lint::inspect;
using analyze::lint::LintOptions;
using analyze::lint::Matter;
using analyze::lint::Report;
using analyze::lint::Subject;

std::vector<BoundShape> shapesOf(const Graph& graph) {
  std::vector<BoundShape> shapes;
  for (const ValueId input : graph.inputs()) {
    Dims dims;
    for (const Dim& dim : graph.value(input).shape.dims()) dims.push_back(dim.isInteger() ? dim.value() : 1);
    shapes.push_back({graph.value(input).name, std::move(dims)});
  }
  return shapes;
}

/// All findings, however cheap.
Report reportOf(const Graph& graph, const analyze::Roof& roof, LintOptions options = {}) {
  options.leastShare = 0;
  return inspect(Subject(graph, shapesOf(graph), roof), options);
}

std::string textOf(const std::vector<Finding>& findings) {
  std::string text;
  for (const Finding& finding : findings)
    text += finding.rule + " " + testing::PrintToString(finding.layers) + " " + finding.figure + ": " +
            finding.sentence + "\n";
  return text;
}

/// What a fault is measured against: launches count only where they are the fault.
analyze::Roof roofFor(const test::Fault& fault) {
  analyze::Roof roof = test::plainRoof();
  if (fault.rule == "small-operators") {
    roof.launchSeconds = 1e-3;
  }
  if (fault.name == "RowByRow" || fault.name == "ChannelByChannel" || fault.name == "LongChain")
    roof.launchSeconds = 1e-12;  // they are found where launches cost nothing, too
  if (fault.rule == "low-intensity") roof.peakOpsPerS = 16 * 1e9;
  return roof;
}

class Planted : public testing::TestWithParam<test::Fault> {};

TEST_P(Planted, IsTheOnlyFinding) {
  const test::Fault& fault = GetParam();
  const Graph graph = fault.network(true);
  const Report report = reportOf(graph, roofFor(fault));
  EXPECT_THAT(report.notes, testing::IsEmpty());
  ASSERT_FALSE(report.findings.empty());
  bool found = false;
  for (const Finding& finding : report.findings) {
    EXPECT_EQ(finding.rule, fault.rule) << textOf(report.findings);
    EXPECT_FALSE(finding.sentence.empty() || finding.remedy.empty() || finding.figure.empty());
    EXPECT_GE(finding.seconds, 0);
    if (std::find(finding.layers.begin(), finding.layers.end(), fault.layer) == finding.layers.end())
      continue;
    found = true;
    EXPECT_THAT(finding.figure, testing::HasSubstr(fault.figure));
    if (fault.seconds >= 0) {
      EXPECT_NEAR(finding.seconds, fault.seconds, 1e-3 * fault.seconds);
    }
  }
  EXPECT_TRUE(found) << textOf(report.findings);
}

TEST_P(Planted, TwinIsClean) {
  const test::Fault& fault = GetParam();
  const Graph graph = fault.network(false);
  const Report report = reportOf(graph, roofFor(fault));
  EXPECT_THAT(report.notes, testing::IsEmpty());
  EXPECT_TRUE(report.findings.empty()) << textOf(report.findings);
}

std::string nameOf(const testing::TestParamInfo<test::Fault>& info) {
  return info.param.name;
}

INSTANTIATE_TEST_SUITE_P(Float, Planted, testing::ValuesIn(test::floatFaults()), nameOf);
INSTANTIATE_TEST_SUITE_P(Movement, Planted, testing::ValuesIn(test::movementFaults()), nameOf);
INSTANTIATE_TEST_SUITE_P(Quantized, Planted, testing::ValuesIn(test::quantizedFaults()), nameOf);

TEST(Lint, EveryRuleHasAPlantedFault) {
  std::set<std::string> planted;
  for (const auto& faults : {test::floatFaults(), test::movementFaults(), test::quantizedFaults()})
    for (const test::Fault& fault : faults) planted.insert(fault.rule);
  for (const analyze::lint::Rule& rule : analyze::lint::rules())
    EXPECT_TRUE(planted.contains(std::string(rule.name))) << rule.name;
}

test::Fault faultNamed(const std::string& name) {
  for (const auto& faults : {test::floatFaults(), test::movementFaults(), test::quantizedFaults()})
    for (const test::Fault& fault : faults)
      if (fault.name == name) return fault;
  ADD_FAILURE() << name;
  return {};
}

TEST(Lint, RulesAreSwitchedOffAndChosenByName) {
  const test::Fault fault = faultNamed("MaskBeyondHalf");
  const Graph graph = fault.network(true);
  EXPECT_TRUE(reportOf(graph, test::plainRoof(), {.disabled = {"half-range"}}).findings.empty());
  EXPECT_TRUE(reportOf(graph, test::plainRoof(), {.only = {"channels"}}).findings.empty());
  EXPECT_EQ(reportOf(graph, test::plainRoof(), {.only = {"half-range"}}).findings.size(), 1U);
  test::expectError(ErrorCode::usage, "did you mean channels?",
                    [&] { reportOf(graph, test::plainRoof(), {.only = {"chanels"}}); });
}

TEST(Lint, CheapFindingsAreCountedOnly) {
  const test::Fault fault = faultNamed("SecondReader");
  const Graph graph = fault.network(true);
  const Report report = inspect(Subject(graph, shapesOf(graph), test::plainRoof()), {.leastShare = 0.5});
  EXPECT_TRUE(report.findings.empty());
  EXPECT_EQ(report.minor, 1U);
}

/// Eight 1x1 convolutions of one value: each waits for memory, and all of them could be one.
TEST(Lint, ReportsAreSortedByCostAndSaveALayersTimeOnce) {
  const test::Fault fault = faultNamed("ManySmallSideBySide");
  const Graph graph = fault.network(true);
  // By hand: weights, biases, 16 channels in and 8 out are 6688 bytes, 16896 operations at 16 a nanosecond.
  const double waits = 8 * (6688e-9 - 16896e-9 / 16), again = 7 * 4096e-9;
  for (const double launch : {0.0, 3e-6}) {
    analyze::Roof roof = test::plainRoof();
    roof.peakOpsPerS = 16e9;
    roof.launchSeconds = launch;
    const Report report = reportOf(graph, roof);
    ASSERT_EQ(report.findings.size(), 9U) << textOf(report.findings);
    double sum = 0;
    for (size_t at = 0; at < report.findings.size(); ++at) {
      sum += report.findings[at].seconds;
      if (at > 0) {
        EXPECT_LE(report.findings[at].seconds, report.findings[at - 1].seconds);
      }
    }
    const double merged = again + 7 * launch;
    EXPECT_NEAR(sum, waits + merged, 1e-12);
    EXPECT_NEAR(report.saved, std::max(waits, merged), 1e-12) << "of each layer the larger, once";
    EXPECT_NEAR(report.seconds, 8 * (6688e-9 + launch), 1e-12) << "the parts of the Concat lie in place";
  }
}

/// Each launch is saved once, however many layers its kernel runs and whatever else is said of them.
TEST(Lint, LaunchesOfCopiesCount) {
  test::GraphMaker m;
  ValueId y = m.input("x", {1, 16, 8, 8});
  for (int at = 0; at < 7; ++at) {
    const std::string number = std::to_string(at);
    y = m.node(ops::mul, {test::convolution(m, y, "conv" + number, 16, 16), m.scalar("by" + number, 2)},
               "scaled" + number);
    if (at == 6) break;
    y = m.node(ops::reshape, {y, m.ints("groups" + number, {1, 2, 8, 8, 8})}, "split" + number);
    y = m.node(ops::transpose, {y}, "turned" + number, {{"perm", test::Ints{0, 2, 1, 3, 4}}});
    y = m.node(ops::reshape, {y, m.ints("channels" + number, {1, 16, 8, 8})}, "flat" + number);
  }
  m.output("y", y);
  const Graph graph = m.finish();
  analyze::Roof roof = test::plainRoof();
  roof.launchSeconds = 1;
  const Report report = reportOf(graph, roof);
  ASSERT_EQ(report.findings.size(), 7U) << textOf(report.findings);
  EXPECT_EQ(report.findings.front().figure, "13 of 13 kernels");
  EXPECT_DOUBLE_EQ(report.findings.front().seconds, 12);
  EXPECT_NEAR(report.findings.back().seconds, 1 + 8192e-9, 1e-12);
  EXPECT_NEAR(report.saved, 7 * 12.0 / 13 + 6 * (1 + 8192e-9), 1e-9);
}

/// A few rows of a table are no reading of the table: the same least time as that of the plan's layers.
TEST(Lint, LookUpsCostTheirRows) {
  test::GraphMaker m;
  const ValueId rows =
      m.node(ops::gather, {m.weights("table", {20000, 64}), m.input("ids", {16}, DType::i64)}, "look");
  m.output("y", m.node(ops::relu, {m.node(ops::matMul, {rows, m.weights("w", {64, 64})}, "product")}, "act"));
  const Graph graph = m.finish();
  for (const analyze::Precision precision : {analyze::Precision::fp32, analyze::Precision::fp16}) {
    analyze::Roof roof = test::plainRoof();
    roof.precision = precision;
    const Subject subject(graph, shapesOf(graph), roof);
    const Report report = inspect(subject, {.only = {"data-movement", "small-operators"}, .leastShare = 0});
    EXPECT_TRUE(report.findings.empty()) << textOf(report.findings);
    WeightStore nothing(WeightStore::Keeps::nothing);
    PlanOptions options;
    options.backends = {&cpuBackend(), &referenceBackend()};
    const Plan plan = makePlan(subject.lowered(), options, nothing);
    const double floor =
        analyze::rooflineOf(analyze::costsOf(plan, subject.lowered(), {.precision = precision}), roof)
            .floorSeconds;
    EXPECT_NEAR(report.seconds, floor, 1e-9 * floor);
    // By hand: 16 rows read and written, then 2 * 64 operations for each element, a byte a nanosecond.
    const double element = precision == analyze::Precision::fp32 ? 4e-9 : 2e-9;
    EXPECT_NEAR(report.seconds, 2 * 1024 * element + 129 * 1024 * 1e-9, 1e-9);
  }
}

const Finding& findingOn(const Report& report, const std::string& layer) {
  static const Finding kNone;
  for (const Finding& finding : report.findings)
    if (std::find(finding.layers.begin(), finding.layers.end(), layer) != finding.layers.end())
      return finding;
  ADD_FAILURE() << layer << " has no finding:\n" << textOf(report.findings);
  return kNone;
}

/// Floats are as wide as the precision asked for; at a byte and less the stretch computes with half floats.
TEST(Lint, TrafficOfFloatsGoesByThePrecision) {
  struct Case {
    const char *fault, *layer;
    double single, half;
  };
  for (const Case& at :
       {Case{"SigmoidInTheMiddle", "between", 6144, 2048}, Case{"LayerNotQuantized", "between", 6144, 2048},
        Case{"WeightsNotQuantized", "conv", 6912, 2304}}) {
    const Graph graph = faultNamed(at.fault).network(true);
    for (const auto& [precision, bytes] :
         {std::pair{analyze::Precision::fp32, at.single}, std::pair{analyze::Precision::fp16, at.half},
          std::pair{analyze::Precision::int8, at.half}}) {
      analyze::Roof roof = test::plainRoof();
      roof.precision = precision;
      const Report report = reportOf(graph, roof, {.only = {"integer-stretches", "missing-pairs"}});
      EXPECT_NEAR(findingOn(report, at.layer).seconds, bytes * 1e-9, 1e-15) << at.fault << name(precision);
    }
  }
}

/// What becomes of results whose constant is infinite, and whether a mask helps.
TEST(Lint, ConstantsBeyondHalfAreToldByTheirOp) {
  struct Case {
    const Op* op;
    float constant;
    std::string figure, sentence;
    bool mask;
  };
  for (const Case& at : {Case{&ops::mul, 1e5F, "1e+05 is beyond 65504", "products are infinite", false},
                         Case{&ops::div, 1e5F, "1e+05 is beyond 65504", "every quotient becomes 0", false},
                         Case{&ops::add, -1e9F, "-1e+09 is below -65504", "masked elements", true},
                         Case{&ops::add, 1e9F, "1e+09 is beyond 65504", "results are infinite", false}}) {
    test::GraphMaker m;
    const ValueId x = m.input("x", {1, 16, 8, 8});
    m.output("y",
             m.node(ops::softmax, {m.node(*at.op, {x, m.scalar("constant", at.constant)}, "wide")}, "soft"));
    const Graph graph = m.finish();
    const Report report = reportOf(graph, test::plainRoof(), {.only = {"half-range"}});
    const Finding& finding = findingOn(report, "wide");
    EXPECT_EQ(finding.figure, at.figure);
    EXPECT_THAT(finding.sentence, testing::HasSubstr(at.sentence));
    EXPECT_EQ(finding.remedy.find("mask") != std::string::npos, at.mask) << finding.remedy;
  }
}

TEST(Lint, SentencesSayWhatIsTrue) {
  const auto told = [](const std::string& fault) {
    const Graph graph = faultNamed(fault).network(true);
    const Report report = reportOf(graph, test::plainRoof());
    EXPECT_EQ(report.findings.size(), 1U) << textOf(report.findings);
    return report.findings.front().sentence + "; " + report.findings.front().remedy;
  };
  EXPECT_THAT(told("JoinedAgain"), testing::HasSubstr("makes what was there before"));
  EXPECT_THAT(told("ChannelsPicked"), testing::HasSubstr("order channels in the weights"));
  EXPECT_THAT(told("ActivatedBehindReshape"), testing::AllOf(testing::HasSubstr("right behind 'before'"),
                                                             testing::Not(testing::HasSubstr("joined"))));
  EXPECT_THAT(told("ActivationBehindConcat"), testing::HasSubstr("before results are joined"));
  EXPECT_THAT(told("SingleLayerOffTheMultiple"), testing::HasSubstr("30 output channels are no multiple"));
}

/// Parts that change places, operands that others read, inputs of the network: each has its own reason.
TEST(Lint, ConcatsSayWhyTheyCopy) {
  test::GraphMaker m;
  const ValueId x = m.input("x", {1, 16, 8, 8});
  const auto parts =
      m.nodeWithOutputs(ops::split, {test::convolution(m, x, "whole", 16, 16), m.ints("sizes", {8, 8})},
                        {"left", "right"}, {{"axis", int64_t{1}}});
  const ValueId joined = m.node(ops::concat, {parts[1], parts[0], x}, "swapped", {{"axis", int64_t{1}}});
  m.output("y", test::convolution(m, joined, "after", 16, 32));
  const Graph graph = m.finish();
  const Report report = reportOf(graph, test::plainRoof(), {.only = {"data-movement"}});
  EXPECT_THAT(findingOn(report, "swapped").sentence,
              testing::AllOf(testing::HasSubstr("copies 3 of 3 operands"),
                             testing::HasSubstr("1 is the network's input"),
                             testing::HasSubstr("2 are parts of a larger array"),
                             testing::Not(testing::HasSubstr("other readers"))));
}

/// A number for each column is bound to the order of axes.
TEST(Lint, TransposesAroundAColumnsSumDoNotCancel) {
  test::GraphMaker m;
  ValueId y = test::convolution(m, m.input("x", {1, 16, 8, 8}), "before", 16, 16);
  y = m.node(ops::transpose, {y}, "there", {{"perm", test::Ints{0, 2, 3, 1}}});
  y = m.node(ops::add, {y, m.weights("columns", {16})}, "more");
  y = m.node(ops::transpose, {y}, "back", {{"perm", test::Ints{0, 3, 1, 2}}});
  m.output("y", test::convolution(m, y, "after", 16, 16));
  const Graph graph = m.finish();
  const Report report = reportOf(graph, test::plainRoof(), {.only = {"cancelling-moves"}});
  EXPECT_TRUE(report.findings.empty()) << textOf(report.findings);
}

TEST(Lint, PicturesAndClassesAreNobodysChoice) {
  test::GraphMaker m;
  ValueId y = test::convolution(m, m.input("x", {1, 3, 8, 8}), "stem", 16, 3);
  y = m.node(ops::flatten, {m.node(ops::globalAveragePool, {y}, "mean")}, "flat");
  m.output("y", m.node(ops::gemm, {y, m.weights("w", {16, 10})}, "classes"));
  const Graph graph = m.finish();
  const Report report = reportOf(graph, test::plainRoof(), {.only = {"channels"}});
  EXPECT_TRUE(report.findings.empty()) << textOf(report.findings);
}

/// Products of a layer's own width in a row: nothing larger would do.
TEST(Lint, FewSmallProductsInARowAreNoFinding) {
  test::GraphMaker m;
  ValueId y = m.input("x", {1, 16, 8, 8});
  for (int at = 0; at < 8; ++at) y = test::convolution(m, y, "conv" + std::to_string(at), 16, 16);
  m.output("y", y);
  const Graph graph = m.finish();
  analyze::Roof roof = test::plainRoof();
  roof.launchSeconds = 1;
  const Report report = reportOf(graph, roof);
  EXPECT_TRUE(report.findings.empty()) << textOf(report.findings);
}

/// Attention's kernel reads heads where they lie; a Transpose that must be copied stays a finding.
TEST(Lint, TransposesOfHeadsAreNoFinding) {
  for (const bool copied : {false, true})
    for (const bool merged : {false, true}) {
      test::GraphMaker m;
      const ValueId x = m.input("x", {1, 64, 128});
      std::vector<ValueId> heads;
      for (const char* name : {"q", "k", "v"}) {
        const ValueId product = m.node(ops::matMul, {x, m.weights(name, {128, 128})}, name);
        const ValueId split =
            m.node(ops::reshape, {product, m.ints(std::string(name) + "_to", {1, 64, 4, 32})},
                   std::string(name) + "_split");
        const test::Ints order = name[0] == 'k' ? test::Ints{0, 2, 3, 1} : test::Ints{0, 2, 1, 3};
        heads.push_back(m.node(ops::transpose, {split}, std::string(name) + "_turned", {{"perm", order}}));
      }
      const ValueId scores = m.node(ops::matMul, {heads[0], heads[1]}, "scores");
      const ValueId shares = m.node(ops::softmax, {scores}, "shares", {{"axis", int64_t{-1}}});
      ValueId out = m.node(ops::matMul, {shares, heads[2]}, "mixed");
      if (copied) out = m.node(ops::transpose, {out}, "turned", {{"perm", test::Ints{0, 1, 3, 2}}});
      if (merged) {
        // Rows of all heads side by side: the plan copies them, but that is attention's own work.
        const ValueId rows = m.node(ops::transpose, {out}, "merged", {{"perm", test::Ints{0, 2, 1, 3}}});
        const ValueId flat = m.node(ops::reshape, {rows, m.ints("flat_to", {64, 128})}, "flat");
        out = m.node(ops::matMul, {flat, m.weights("out", {128, 128})}, "mixed_out");
      }
      m.output("y", out);
      const Graph graph = m.finish();
      const Report report = reportOf(graph, test::plainRoof(), {.only = {"data-movement"}});
      EXPECT_EQ(report.findings.size(), copied ? 1U : 0U) << textOf(report.findings);
    }
}

/// Nodes that bring an old operator set up to date are not in the file.
TEST(Lint, NodesThatTheReaderMadeAreNoFinding) {
  for (const bool written : {false, true}) {
    Graph graph;
    const ValueId x = graph.addInput("x", DType::f32, Shape({Dim(2), Dim(8)}));
    const ValueId shape = graph.addValue("x.Shape"), count = graph.addValue("count");
    const auto add = [&](const Op& op, ValueId in, ValueId out, Origins origins) {
      const AttributeMap none;
      AttributeReader reader(none);
      graph.addNode({.op = &op,
                     .attrs = op.attributes ? op.attributes(reader) : nullptr,
                     .in = {in},
                     .out = {out},
                     .origins = std::move(origins)});
    };
    add(ops::shapeOf, x, shape, {written ? "x.Shape" : "soft"});
    add(ops::identity, shape, count, {written ? "count" : "soft"});
    graph.addOutput("y", count);
    inferShapes(graph);
    const Report report = reportOf(graph, test::plainRoof(), {.only = {"runtime-constants"}});
    EXPECT_EQ(report.findings.empty(), !written) << textOf(report.findings);
  }
}

TEST(Padding, MultiplesFollowUnitAndPrecision) {
  const auto multiple = [](analyze::Precision precision, int unit) {
    return analyze::channelMultipleOf({.precision = precision, .channelMultiple = unit});
  };
  EXPECT_EQ(multiple(analyze::Precision::fp32, 1), 8) << "a vector of 32 bytes";
  EXPECT_EQ(multiple(analyze::Precision::fp16, 8), 8) << "tensor cores";
  EXPECT_EQ(multiple(analyze::Precision::int8, 16), 16);
  EXPECT_EQ(multiple(analyze::Precision::int4, 32), 32);
  EXPECT_EQ(multiple(analyze::Precision::int8, 64), 32) << "AMX: rows run along channels and taps";
}

TEST(MatrixRoof, IsThatOfTheUnitsWhereThereAreAny) {
  const auto of = [](const std::string& target, analyze::Precision precision) {
    const analyze::RoofRequest request{.target = target, .precision = precision};
    return analyze::matrixRoofOf(request, analyze::roofsOf(request));
  };
  const auto roof = of("RTX 3080", analyze::Precision::fp32);
  ASSERT_TRUE(roof.has_value());
  EXPECT_TRUE(roof->matrixUnits);
  EXPECT_EQ(roof->precision, analyze::Precision::fp16);
  EXPECT_EQ(roof->channelMultiple, 8);
  EXPECT_GT(roof->bandwidthBytesPerS, 0);
  EXPECT_FALSE(of("RTX 3080", analyze::Precision::fp16)) << "the request is theirs already";
  EXPECT_FALSE(of("AMD EPYC 7742", analyze::Precision::fp32)) << "it has none";
}

TEST(Lint, SlipsAreToldHoweverCheap) {
  const test::Fault fault = faultNamed("BiasBehindActivation");
  const Graph graph = fault.network(true);
  const Subject subject(graph, shapesOf(graph), test::plainRoof());
  const Report report = inspect(subject, {.leastShare = 1});
  EXPECT_EQ(report.findings.size(), 1U) << textOf(report.findings);
  const Report obeyed = inspect(subject, {.leastShare = 1, .tellsSlips = false});
  EXPECT_TRUE(obeyed.findings.empty()) << textOf(obeyed.findings);
  EXPECT_EQ(obeyed.minor, 1U);
}

TEST(Lint, RecognisedNormalizationIsNoFinding) {
  test::GraphMaker m;
  const ValueId x = m.node(ops::matMul, {m.input("x", {1, 64, 32}), m.weights("w", {32, 32})}, "in");
  const ValueId axes = m.ints("axes", {-1});
  const ValueId centred = m.node(ops::sub, {x, m.node(ops::reduceMean, {x, axes}, "mean")}, "centred");
  const ValueId squares = m.node(ops::pow, {centred, m.scalar("two", 2)}, "squares");
  const ValueId variance = m.node(ops::reduceMean, {squares, axes}, "variance");
  const ValueId root =
      m.node(ops::sqrt, {m.node(ops::add, {variance, m.scalar("epsilon", 1e-12F)}, "kept")}, "root");
  const ValueId scaled =
      m.node(ops::mul, {m.node(ops::div, {centred, root}, "unit"), m.weights("scale", {32})}, "scaled");
  const ValueId shifted = m.node(ops::add, {scaled, m.weights("shift", {32})}, "shifted");
  m.output("y", m.node(ops::matMul, {shifted, m.weights("v", {32, 32})}, "out"));
  const Graph graph = m.finish();
  const Report report = reportOf(graph, test::plainRoof(), {.disabled = {"integer-stretches"}});
  EXPECT_TRUE(report.findings.empty()) << textOf(report.findings);
}

}  // namespace
}  // namespace ridge
