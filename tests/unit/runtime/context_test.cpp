// One running instance: bindings, threads, parts of a run.
#include <algorithm>

#include "base/thread_pool.h"
#include "ops/evaluate.h"
#include "support/expect_error.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

double largestDifference(const Tensor& a, const Tensor& b) {
  const std::vector<double> left = toDoubles(a), right = toDoubles(b);
  double largest = 0;
  for (size_t at = 0; at < left.size(); ++at) largest = std::max(largest, std::abs(left[at] - right[at]));
  return largest;
}

TEST(Context, BothBackendsAnswerAsTheTruth) {
  Graph graph = tourNetwork();
  const std::vector<Tensor> truth = evaluate(graph, {{"x", someNumbers({1, 3, 8, 8}, 1)}});
  for (const std::string device : {"cpu", "reference"}) {
    const Answers got = answer(makeExecutable(buildTour(device).data, 0));
    for (size_t at = 0; at < truth.size(); ++at)
      EXPECT_LT(largestDifference(got.at(graph.outputs()[at].name), truth[at]), 1e-5) << device;
  }
}

TEST(Context, RunsAgainWithOtherInputs) {
  const auto executable = makeExecutable(buildTour().data, 0);
  ExecutionContext context(executable);
  for (unsigned seed : {1U, 2U, 1U}) {
    setInputs(context, seed);
    context.execute();
    expectSameBits(outputsOf(context), answer(executable, seed));
  }
  EXPECT_FALSE(answer(executable, 1).at("map").sameAs(answer(executable, 2).at("map")));
}

TEST(Context, AnyNumberOfThreadsGivesTheSameBits) {
  const int usual = ThreadPool::instance().threads();
  for (const std::string device : {"cpu", "reference"}) {
    const auto executable = makeExecutable(buildTour(device).data, 0);
    ThreadPool::instance().setThreads(1);
    const Answers one = answer(executable);
    for (int threads : {2, 3, 5}) {
      ThreadPool::instance().setThreads(threads);
      expectSameBits(answer(executable), one);
    }
  }
  ThreadPool::instance().setThreads(usual);
}

// A context keeps the number of parts that it was made for.
TEST(Context, SurvivesAChangeOfThreads) {
  const int usual = ThreadPool::instance().threads();
  const auto executable = makeExecutable(buildTour().data, 0);
  ThreadPool::instance().setThreads(2);
  ExecutionContext context(executable);
  setInputs(context, 1);
  context.execute();
  const Answers before = outputsOf(context);
  for (int threads : {1, 4}) {
    ThreadPool::instance().setThreads(threads);
    context.execute();
    expectSameBits(outputsOf(context), before);
  }
  ThreadPool::instance().setThreads(usual);
}

TEST(Context, ReadsAndWritesTheCallersBuffers) {
  const auto executable = makeExecutable(buildTour().data, 0);
  const Answers wanted = answer(executable, 3);
  const Tensor x = someNumbers({1, 3, 8, 8}, 3);
  // Not aligned to more than a float.
  std::vector<float> input(1 + 3 * 8 * 8), map(1 + 16 * 4 * 4 + 1, -7), probabilities(10);
  std::ranges::copy(x.as<float>(), input.begin() + 1);
  ExecutionContext context(executable);
  context.bindInput(0, &input[1]);
  context.bindOutput(0, &map[1]);
  context.bindOutput(1, probabilities.data());
  context.execute();
  EXPECT_TRUE(std::ranges::equal(std::span(map).subspan(1, 16 * 4 * 4), wanted.at("map").as<float>()));
  EXPECT_TRUE(std::ranges::equal(probabilities, wanted.at("probabilities").as<float>()));
  EXPECT_EQ(map.front(), -7);
  EXPECT_EQ(map.back(), -7);
  expectSameBits(outputsOf(context), wanted);

  // Another buffer for the next execution; setInput goes back to the context's own.
  std::vector<float> second(3 * 8 * 8, 0.25F);
  context.bindInput(0, second.data());
  context.execute();
  EXPECT_FALSE(context.output(0).sameAs(wanted.at("map")));
  context.setInput(0, x);
  context.execute();
  expectSameBits(outputsOf(context), wanted);
}

TEST(Context, ArraysThatDoNotFitAreRefused) {
  ExecutionContext context(makeExecutable(buildTour().data, 0));
  expectError(ErrorCode::input, "x", [&] { context.setInput(0, someNumbers({1, 3, 8, 7}, 1)); });
  expectError(ErrorCode::input, "float64", [&] {
    context.setInput(0, Tensor::allocate(DType::f64, {1, 3, 8, 8}));
  });
}

TEST(Context, RunsInParts) {
  const auto executable = makeExecutable(buildTour().data, 0);
  ExecutionContext context(executable);
  setInputs(context, 1);
  const size_t steps = context.plan().steps.size();
  context.execute(0, steps / 2);
  context.execute(steps / 2, steps);
  expectSameBits(outputsOf(context), answer(executable));
}

/// Runs a small graph on both devices and compares with the reference kernels.
void expectTruth(const Graph& graph, const Dims& dims) {
  const std::vector<Tensor> truth = evaluate(graph, {{"x", someNumbers(dims, 1)}});
  for (const std::string device : {"cpu", "reference"}) {
    const Answers got =
        answer(makeExecutable(buildModel(modelOf(graph), "small", plainOptions(device)).data, 0));
    for (size_t at = 0; at < truth.size(); ++at)
      EXPECT_LT(largestDifference(got.at(graph.outputs()[at].name), truth[at]), 1e-6) << device;
  }
}

TEST(Context, OutputsThatNobodyReadsAreLeftOut) {
  GraphMaker split;
  const ValueId x = split.input("x", {2, 6});
  const auto parts = split.nodeWithOutputs(ops::split, {x, split.ints("sizes", {1, 2, 3})}, {"a", "b", "c"},
                                           {{"axis", int64_t{1}}});
  split.output("y", split.node(ops::relu, {parts[1]}, "act"));
  expectTruth(split.finish(), {2, 6});

  GraphMaker pool;
  const ValueId image = pool.input("x", {1, 2, 4, 4});
  const auto outputs =
      pool.nodeWithOutputs(ops::maxPool, {image}, {"largest", "places"}, {{"kernel_shape", Ints{2, 2}}});
  pool.output("places", outputs[1]);
  expectTruth(pool.finish(), {1, 2, 4, 4});
}

TEST(Context, DeadNodesDoNotRunEvenWhenNobodyRemovesThem) {
  GraphMaker m;
  const ValueId x = m.input("x", {1, 2, 4, 4});
  m.node(ops::transpose, {m.node(ops::globalAveragePool, {x}, "dead")}, "deader");
  m.output("y", m.node(ops::relu, {x}, "act"));
  BuildOptions options = plainOptions();
  options.passes.disabled = {"dead_nodes"};
  EXPECT_EQ(buildModel(modelOf(m.finish()), "dead", options).data.plans[0].steps.size(), 1U);
}

TEST(Context, AnEmptyBatchRuns) {
  BuildOptions options = plainOptions();
  options.shapes = {{.shapes = {{"x", {0, 3, 8, 8}}}, .dims = {}, .batch = {}}};
  const BuildResult built = buildModel(modelOf(tourNetwork()), "tour", options);
  EXPECT_EQ(answer(makeExecutable(built.data, 0)).at("map").dims(), (Dims{0, 16, 4, 4}));
}

}  // namespace
}  // namespace ridge::test
