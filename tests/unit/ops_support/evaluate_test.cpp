#include "ops/evaluate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/thread_pool.h"
#include "ops/ops.h"
#include "ops/reduce/reduce.h"
#include "support/graph_maker.h"

namespace ridge {
namespace {

using test::Floats;
using test::GraphMaker;
using test::Ints;
using testing::ElementsAre;
using testing::HasSubstr;

Tensor floats(Dims dims, const Floats& values) {
  return Tensor::of(std::move(dims), std::span<const float>(values));
}

Graph twoProducts() {
  GraphMaker make;
  const ValueId x = make.input("x", {Dim::symbol("N"), 2});
  const ValueId y = make.node(ops::matMul, {x, make.floats("w", {2, 2}, {1, 2, 3, 4})}, "y");
  const ValueId z = make.node(ops::matMul, {y, y}, "z");
  make.output("last", z);
  make.output("input", x);
  return make.finish();
}

TEST(Evaluate, RunsInOrderAndObservesEverything) {
  const Graph graph = twoProducts();
  std::vector<std::string> seen;
  const auto outputs = evaluate(graph, {{"x", floats({2, 2}, {1, 0, 0, 1})}},
                                [&](ValueId id, const Tensor&) { seen.push_back(graph.value(id).name); });
  EXPECT_THAT(seen, ElementsAre("x", "y", "z"));
  EXPECT_THAT(toDoubles(outputs.at(0)), ElementsAre(7, 10, 15, 22));
  EXPECT_THAT(toDoubles(outputs.at(1)), ElementsAre(1, 0, 0, 1)) << "an input may be an output";
}

TEST(Evaluate, NamesWhatIsWrongWithInputs) {
  const Graph graph = twoProducts();
  const auto complaint = [&](const std::map<std::string, Tensor>& inputs) -> std::string {
    try {
      evaluate(graph, inputs);
    } catch (const Error& error) {
      return error.what();
    }
    return "no error";
  };
  EXPECT_THAT(complaint({}), HasSubstr("x is missing"));
  EXPECT_THAT(complaint({{"x", floats({1, 3}, {1, 2, 3})}}), HasSubstr("x"));
  EXPECT_THAT(complaint({{"x", Tensor::allocate(DType::f64, {2, 2})}}), HasSubstr("float64"));
  EXPECT_THAT(complaint({{"x", floats({2, 2}, {1, 0, 0, 1})}, {"u", floats({1}, {1})}}),
              HasSubstr("no input named u"));
}

TEST(Evaluate, RefusesWhatWouldFillTheMemory) {
  GraphMaker make;
  const ValueId x = make.input("x", {int64_t{1} << 20, 1});
  const ValueId y = make.input("y", {1, int64_t{1} << 20});
  make.output("z", make.node(ops::matMul, {x, y}, "z"));
  const Graph graph = make.finish();
  try {
    evaluate(graph, {{"x", Tensor::allocate(DType::f32, {1 << 20, 1})},
                     {"y", Tensor::allocate(DType::f32, {1, 1 << 20})}});
    ADD_FAILURE() << "4 TiB were promised";
  } catch (const Error& error) {
    EXPECT_THAT(error.what(), HasSubstr("2 GiB"));
  }
}

// The truth must not depend on the machine.
TEST(Evaluate, SameBitsForAnyNumberOfThreads) {
  GraphMaker make;
  const ValueId x = make.input("x", {1, 16, 20, 20});
  const ValueId c = make.node(ops::conv, {x, make.weights("w", {40, 16, 3, 3}), make.weights("b", {40})}, "c",
                              {{"pads", Ints{1, 1, 1, 1}}});
  const ValueId p = make.node(ops::averagePool, {c}, "p", {{"kernel_shape", Ints{3, 3}}});
  make.output("y", make.node(ops::softmax, {p}, "y", {{"axis", int64_t{1}}}));
  const Graph graph = make.finish();
  Floats values(16 * 400);
  for (size_t at = 0; at < values.size(); ++at) values[at] = static_cast<float>(at % 97) / 31.0F - 1.5F;
  const Tensor input = floats({1, 16, 20, 20}, values);

  const int usual = ThreadPool::instance().threads();
  std::vector<Tensor> results;
  for (int threads : {1, 2, 3}) {
    ThreadPool::instance().setThreads(threads);
    results.push_back(evaluate(graph, {{"x", input}}).at(0));
  }
  ThreadPool::instance().setThreads(usual);
  EXPECT_TRUE(results[0].sameAs(results[1]));
  EXPECT_TRUE(results[0].sameAs(results[2]));
}

TEST(Evaluate, OneNodeOnConcreteInputs) {
  Node node{.op = &ops::reduceSum,
            .attrs = std::make_shared<ReduceAttributes>(),
            .in = {0, 1},
            .out = {2},
            .name = "r",
            .origins = {}};
  const Ints axes = {0};
  const auto out =
      evaluateNode(node, {floats({2, 2}, {1, 2, 3, 4}), Tensor::of({1}, std::span<const int64_t>(axes))});
  EXPECT_THAT(toDoubles(out.at(0)), ElementsAre(4, 6));
  EXPECT_THAT(out.at(0).dims(), ElementsAre(1, 2));
}

TEST(Evaluate, ContentsThatKernelsForbidAreErrors) {
  Node node{.op = &ops::reduceSum,
            .attrs = std::make_shared<ReduceAttributes>(),
            .in = {0, 1},
            .out = {2},
            .name = "r",
            .origins = {}};
  const Ints axes = {7};
  EXPECT_THROW(evaluateNode(node, {floats({2}, {1, 2}), Tensor::of({1}, std::span<const int64_t>(axes))}),
               Error);
}

}  // namespace
}  // namespace ridge
