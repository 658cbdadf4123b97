#include "passes/driver.h"

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "passes/pass_testing.h"

namespace ridge::test {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// Replaces Relu by `replacement` of its input.
template <const Op& Replacement>
Rewrite replaceRelu(const Graph& graph, NodeId id, const PassContext&) {
  if (graph.node(id).op != &ops::relu) return NoMatch{};
  GraphBuilder builder(graph, {id});
  builder.replace(graph.node(id).out[0], builder.node(Replacement, nullptr, graph.node(id).in, "fresh"));
  return builder.finish("replaced");
}

Rewrite declineRelu(const Graph& graph, NodeId id, const PassContext&) {
  if (graph.node(id).op != &ops::relu) return NoMatch{};
  return Declined{"not today"};
}

// Undoes itself for ever.
Rewrite flip(const Graph& graph, NodeId id, const PassContext&) {
  const Op* op = graph.node(id).op;
  if (op != &ops::relu && op != &ops::sigmoid) return NoMatch{};
  GraphBuilder builder(graph, {id});
  builder.replace(graph.node(id).out[0], builder.node(op == &ops::relu ? ops::sigmoid : ops::relu, nullptr,
                                                      graph.node(id).in, "flipped"));
  return builder.finish("flipped");
}

constexpr Pass kToSigmoid{.name = "to_sigmoid", .summary = "", .run = replaceRelu<ops::sigmoid>};
constexpr Pass kToShape{.name = "to_shape", .summary = "", .run = replaceRelu<ops::shapeOf>};
constexpr Pass kDecline{.name = "decline", .summary = "", .run = declineRelu};
constexpr Pass kFlip{.name = "flip", .summary = "", .run = flip};
constexpr Pass kNeeded{.name = "needed", .summary = "", .run = declineRelu, .required = true};

Graph twoRelus() {
  GraphMaker m;
  const ValueId a = m.node(ops::relu, {m.input("x", {2, 3})}, "a");
  m.output("y", m.node(ops::relu, {a}, "b"));
  return m.finish();
}

PassReport runOnly(Graph& graph, const Pass& pass, const PassOptions& options = {}) {
  PassReport report;
  runPasses(graph, {&pass, 1}, options, report);
  return report;
}

TEST(Driver, appliesPatchesAndRecordsThem) {
  Graph graph = twoRelus();
  const PassReport report = runOnly(graph, kToSigmoid);
  EXPECT_EQ(count(graph, ops::relu), 0);
  EXPECT_EQ(count(graph, ops::sigmoid), 2);
  ASSERT_EQ(report.patches.size(), 2U);
  EXPECT_EQ(report.patches[0].pass, "to_sigmoid");
  EXPECT_THAT(report.patches[0].nodes, ElementsAre("a"));
  EXPECT_EQ(report.patches[0].sentence, "replaced");
  ASSERT_EQ(report.passes.size(), 1U);
  EXPECT_EQ(report.passes[0].patches, 2);
  EXPECT_FALSE(report.stopped);
  // The new output stands for the imported value of the old one, and knows where it comes from.
  const Value& out = graph.value(graph.outputs()[0].value);
  EXPECT_EQ(out.source, "b");
  EXPECT_EQ(out.shape.toString(), "[2,3]");
  EXPECT_THAT(graph.node(graph.producer(graph.outputs()[0].value)).origins, ElementsAre("b"));
}

TEST(Driver, keepsTheReasonOfWhatIsDeclined) {
  Graph graph = twoRelus();
  const PassReport report = runOnly(graph, kDecline);
  ASSERT_EQ(report.declined.size(), 2U);
  EXPECT_EQ(report.declined[1].node, "b");
  EXPECT_EQ(report.declined[1].sentence, "not today");
  EXPECT_TRUE(report.patches.empty());
}

TEST(Driver, namesThePassThatBreaksAType) {
  Graph graph = twoRelus();
  try {
    runOnly(graph, kToShape);
    FAIL() << "a Shape in place of a Relu was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::internal);
    EXPECT_THAT(error.what(), HasSubstr("to_shape"));
    EXPECT_THAT(error.what(), HasSubstr("float32"));
  }
}

TEST(Driver, endsWhereARewriteUndoesItself) {
  Graph graph = twoRelus();
  const PassReport report = runOnly(graph, kFlip);
  EXPECT_FALSE(report.patches.empty());
  EXPECT_EQ(problemOf(graph), "");
}

TEST(Driver, switchesPassesOffByName) {
  Graph graph = twoRelus();
  runOnly(graph, kToSigmoid, {.disabled = {"to_sigmoid"}});
  EXPECT_EQ(count(graph, ops::relu), 2);
}

TEST(Driver, refusesUnknownAndRequiredNames) {
  Graph graph = twoRelus();
  try {
    runOnly(graph, kToSigmoid, {.disabled = {"fold_constant"}});
    FAIL() << "an unknown name was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::usage);
    EXPECT_THAT(error.what(), HasSubstr("did you mean fold_constants"));
  }
  EXPECT_THROW(runOnly(graph, kNeeded, {.disabled = {"needed"}}), Error);
}

TEST(Driver, stopsAfterSoManyPatches) {
  for (const int64_t limit : {0, 1, 2, 3}) {
    Graph graph = twoRelus();
    const PassReport report = runOnly(graph, kToSigmoid, {.stopAfterPatches = limit});
    EXPECT_EQ(static_cast<int64_t>(report.patches.size()), std::min<int64_t>(limit, 2));
    EXPECT_EQ(count(graph, ops::sigmoid), std::min<int64_t>(limit, 2));
    EXPECT_EQ(report.stopped, limit <= 2);
  }
}

TEST(Driver, dumpsAfterEveryPassThatChangesSomething) {
  const auto dir = std::filesystem::path(testing::TempDir()) / "ridge_driver_test_dump";
  std::filesystem::remove_all(dir);
  Graph graph = twoRelus();
  const Pass passes[] = {kDecline, kToSigmoid};
  PassReport report;
  runPasses(graph, passes, {.dumpDir = dir}, report);
  EXPECT_EQ(report.dumps, 2);
  EXPECT_TRUE(std::filesystem::exists(dir / "00_start.txt"));
  std::ifstream file(dir / "01_to_sigmoid.txt");
  const std::string text(std::istreambuf_iterator<char>(file), {});
  EXPECT_EQ(text, dump(graph));
  std::filesystem::remove_all(dir);
}

TEST(Driver, saysWhichDumpCannotBeWritten) {
  Graph graph = twoRelus();
  EXPECT_THROW(runOnly(graph, kToSigmoid, {.dumpDir = "/dev/null/dumps"}), Error);
}

TEST(Driver, outputsNeverBecomeAliases) {
  GraphMaker m;
  const ValueId x = m.input("x", {2, 3});
  m.output("same", m.node(ops::identity, {x}, "copy"));
  m.output("dropped", m.node(ops::dropout, {x}, "drop"));
  m.output("relu", m.node(ops::relu, {x}, "relu"));
  m.output("again", m.node(ops::relu, {x}, "relu2"));
  m.output("constant", m.node(ops::relu, {m.floats("c", {2}, {-1, 1})}, "relu3"));
  Graph graph = m.finish();
  const Graph before = graph;
  PassReport report;
  runPasses(graph, portablePasses(), {}, report);
  EXPECT_EQ(count(graph, ops::dropout), 0);
  EXPECT_EQ(count(graph, ops::relu), 1);
  std::set<ValueId> values;
  for (const auto& output : graph.outputs()) {
    EXPECT_TRUE(values.insert(output.value).second) << output.name << " shares its value";
    EXPECT_NE(graph.producer(output.value), kNoNode) << output.name;
  }
  expectSameAnswers(before, graph);
}

TEST(Driver, passNamesAreUniqueAndDescribed) {
  for (const auto list : {portablePasses(), lowerPasses()})
    for (const Pass& pass : list) {
      EXPECT_EQ(findPass(pass.name)->summary, pass.summary);
      EXPECT_NE(pass.run == nullptr, pass.runGraph == nullptr) << pass.name;
      EXPECT_FALSE(pass.summary.empty()) << pass.name;
    }
  EXPECT_EQ(findPass("nothing"), nullptr);
}

}  // namespace
}  // namespace ridge::test
