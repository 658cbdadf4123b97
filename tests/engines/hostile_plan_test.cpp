// Plans that a checksum vouches for and that lie all the same. They are refused, or they run inside of their
// own memory: constants, ports and activations are blocks of their own here, so that the address sanitizer
// sees a step outside.
#include <cmath>
#include <functional>

#include "base/thread_pool.h"
#include "engine/validate.h"
#include "mutate.h"
#include "support/control_network.h"
#include "support/expect_error.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

/// Whether it ran; anything but an Error escapes and fails the test.
bool runs(const EngineData& data) {
  try {
    validate(data);
    ExecutionContext context(makeExecutable(data, 0));
    context.execute();
    for (size_t array = 0; array < context.plan().arrays.size(); ++array)
      if (context.plan().arrays[array].array.at.space != Space::none) context.read(array);
    return true;
  } catch (const Error& error) {
    EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
    EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos) << error.what();
    return false;
  }
}

void mutateManyTimes(const EngineData& good, unsigned seeds) {
  ThreadPool::instance().setThreads(1);  // much the fastest for so little work
  ASSERT_TRUE(runs(good));
  unsigned ran = 0;
  for (unsigned seed = 0; seed < seeds; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937 random(seed);
    EngineData bad = good;
    mutate(bad.plans[0], random);
    ran += runs(bad);
  }
  // Some changes are harmless; if all were refused the rest of the way would not have been tested.
  EXPECT_GT(ran, seeds / 100);
  EXPECT_LT(ran, seeds / 2);
}

TEST(HostilePlan, RandomChangesOnTheCpu) {
  mutateManyTimes(buildTour("cpu", false).data, 3000);
}

TEST(HostilePlan, RandomChangesOnTheReferenceBackend) {
  mutateManyTimes(buildTour("reference", false).data, 3000);
}

TEST(HostilePlan, RandomChangesOfBodies) {
  mutateManyTimes(buildModel(modelOf(controlNetwork()), "control", plainOptions()).data, 3000);
}

TEST(HostilePlan, DecisionsNameStepsAndHaveTimes) {
  const EngineData good = buildTour("cpu", false).data;
  ASSERT_FALSE(good.plans[0].decisions.empty());
  ASSERT_FALSE(good.decisions.empty());
  const auto refuses = [&](const std::function<void(EngineData&, Decision&)>& change) {
    EngineData bad = good;
    change(bad, bad.plans[0].decisions.back());
    expectError(ErrorCode::input, "decision", [&] { validate(bad); });
  };
  refuses([](EngineData&, Decision& one) { one.kind = static_cast<DecisionKind>(kDecisionKinds); });
  refuses([](EngineData&, Decision& one) { one.kind = static_cast<DecisionKind>(255); });
  refuses(
      [](EngineData& data, Decision& one) { one.step = static_cast<int32_t>(data.plans[0].steps.size()); });
  refuses([](EngineData&, Decision& one) { one.step = -2; });
  refuses([](EngineData&, Decision& one) { one.step = INT32_MIN; });
  refuses([](EngineData&, Decision& one) { one.estimateNs = std::nan(""); });
  refuses([](EngineData&, Decision& one) { one.measuredNs = INFINITY; });
  refuses([](EngineData&, Decision& one) { one.measuredNs = -1; });
  refuses([](EngineData& data, Decision&) { data.decisions.back().step = 0; });
}

/// One change to every step with bodies.
void changeEachControl(const std::function<void(EngineData&, Step&)>& change) {
  const EngineData good = buildModel(modelOf(controlNetwork()), "control", plainOptions()).data;
  ASSERT_TRUE(runs(good));
  int changed = 0;
  for (size_t at = 0; at < good.plans[0].steps.size(); ++at) {
    EngineData bad = good;
    Step& step = bad.plans[0].steps[at];
    if (!step.control) continue;
    ++changed;
    change(bad, step);
    SCOPED_TRACE(step.name);
    EXPECT_FALSE(runs(bad));
  }
  EXPECT_EQ(changed, 4);
}

TEST(HostilePlan, BodiesReadWhatIsThere) {
  changeEachControl([](EngineData&, Step& step) { step.kernel.in.back().at = {}; });
  changeEachControl([](EngineData&, Step& step) { step.kernel.in.back().dims.push_back(1); });
  changeEachControl([](EngineData& data, Step& step) {
    data.plans[0].memories.push_back({"abacus", 1 << 20, 0});
    step.kernel.in.back().at = {Space::arena, 1, 0};
  });
}

TEST(HostilePlan, AConditionIsOneElement) {
  changeEachControl([](EngineData& data, Step& step) {
    // No bytes at the end of a constant: a look at one of them is one too far.
    const auto blob = static_cast<int32_t>(data.weights.size() - 1);
    const size_t at = step.control->loops ? 1 : 0;
    step.kernel.in[at] = {
        DType::boolean, {0}, {1}, {Space::weights, blob, data.weights.back().bytes.byteSize()}};
    step.reads[at] = -1;
  });
}

TEST(HostilePlan, BodiesDoNotWriteWhatTheyRead) {
  changeEachControl([](EngineData&, Step& step) {
    // The first result has the shape of a state, or of what both branches take.
    step.kernel.in[step.control->loops ? 2 : 1].at = step.kernel.out[0].at;
  });
}

/// Applies one change to every step of both devices' plans for which `change` returns true.
void changeEachStep(const std::function<bool(EngineData&, Step&)>& change) {
  int changed = 0;
  for (const std::string device : {"cpu", "reference"}) {
    const EngineData good = buildTour(device, false).data;
    for (size_t at = 0; at < good.plans[0].steps.size(); ++at) {
      EngineData bad = good;
      Step& step = bad.plans[0].steps[at];
      if (!change(bad, step)) continue;
      ++changed;
      SCOPED_TRACE(device + " " + step.name);
      EXPECT_FALSE(runs(bad));
    }
  }
  EXPECT_GT(changed, 0);
}

TEST(HostilePlan, DataFromNowhereIsRefused) {
  changeEachStep([](EngineData&, Step& step) {
    step.kernel.in[0].at = {};
    return true;
  });
}

TEST(HostilePlan, PackedWeightsThatAreAllInOnePlaceAreRefused) {
  changeEachStep([](EngineData& data, Step& step) {
    if (step.kernel.packed.empty()) return false;
    // One float, said to be many.
    data.weights.push_back({"one", Tensor::scalar(1.0F)});
    step.kernel.packed[0].strides = {0};
    step.kernel.packed[0].at.index = static_cast<int32_t>(data.weights.size()) - 1;
    return true;
  });
}

TEST(HostilePlan, OperandsThatTheStepDoesNotHaveAreRefused) {
  changeEachStep([](EngineData&, Step& step) {
    for (Operand& operand : step.kernel.epilogue.in)
      if (!operand.isAccumulator()) {
        operand.value = 1000;
        return true;
      }
    return false;
  });
}

TEST(HostilePlan, ConstantsOfAnotherSizeAreRefused) {
  changeEachStep([](EngineData& data, Step& step) {
    for (ArraySpec& array : step.kernel.in) {
      if (array.at.space != Space::weights) continue;
      data.weights.push_back({"none", Tensor::allocate(DType::f32, {0})});
      array.dims.insert(array.dims.begin(), 0);
      array.strides.insert(array.strides.begin(), 1);
      array.at.index = static_cast<int32_t>(data.weights.size()) - 1;
      return true;
    }
    return false;
  });
}

TEST(HostilePlan, ResultsWhoseElementsShareAPlaceAreRefused) {
  changeEachStep([](EngineData&, Step& step) {
    ArraySpec& out = step.kernel.out[0];
    if (elementCount(out.dims) < 2) return false;
    out.strides.assign(out.dims.size(), 0);
    return true;
  });
}

/// One node over x of these sizes, with scratch to spare.
EngineData oneStep(const Op& op, std::vector<Dim> dims, const Tensor& weights,
                   std::initializer_list<GraphMaker::Attribute> attributes) {
  GraphMaker m;
  std::vector<ValueId> in{m.input("x", std::move(dims))};
  if (weights.defined()) in.push_back(m.weights("w", weights.dims()));
  m.output("y", m.node(op, in, "node", attributes));
  EngineData data = buildModel(modelOf(m.finish()), "node", plainOptions()).data;
  data.plans[0].workspaceBytes = data.plans[0].steps[0].kernel.workspace = 1 << 20;
  return data;
}

// The sizes multiply to 2^64 bytes, so that nothing seems to be needed.
TEST(HostilePlan, StripsOfAConvolutionThatDoNotFitAnIntegerAreRefused) {
  EngineData data = oneStep(ops::conv, {1, 2, 2, 2, 2}, Tensor::allocate(DType::f32, {4, 2, 2, 2, 2}), {});
  ASSERT_TRUE(runs(data));
  std::vector<int64_t>& params = data.plans[0].steps[0].kernel.params;
  params[3] = params[4] = (int64_t{1} << 29) - 1;
  params[5] = 7;
  EXPECT_FALSE(runs(data));
}

TEST(HostilePlan, GroupsThatDoNotFitTheChannelsAreRefused) {
  const EngineData good =
      oneStep(ops::conv, {1, 2, 2, 2, 2}, Tensor::allocate(DType::f32, {4, 2, 2, 2, 2}), {});
  for (const int64_t groups : {int64_t{0}, int64_t{3}, int64_t{1} << 62, int64_t{-1}}) {
    EngineData data = good;
    data.plans[0].steps[0].kernel.params[9] = groups;
    EXPECT_FALSE(runs(data)) << groups;
  }
}

TEST(HostilePlan, TapsOfAPoolThatDoNotFitAnIntegerAreRefused) {
  EngineData data = oneStep(ops::maxPool, {1, 1, 4, 4, 4}, {}, {{"kernel_shape", Ints{2, 2, 2}}});
  ASSERT_TRUE(runs(data));
  std::vector<int64_t>& params = data.plans[0].steps[0].kernel.params;
  params[2] = params[3] = 1 << 20;
  params[4] = 1 << 21;
  EXPECT_FALSE(runs(data));
}

TEST(HostilePlan, TooMuchMemoryIsRefused) {
  EngineData bad = buildTour().data;
  bad.plans[0].arenaBytes = uint64_t{1} << 39;
  EXPECT_FALSE(runs(bad));
  bad = buildTour().data;
  bad.plans[0].workspaceBytes = uint64_t{1} << 39;
  EXPECT_FALSE(runs(bad));
}

TEST(HostilePlan, UnknownBackendsAndTacticsAreNamed) {
  EngineData bad = buildTour().data;
  bad.plans[0].steps[1].kernel.tactic = "magic\n";
  expectError(ErrorCode::input, "magic", [&] { makeExecutable(bad, 0); });
  bad.plans[0].steps[0].kernel.backend = "abacus";
  expectError(ErrorCode::input, "abacus", [&] { makeExecutable(bad, 0); });
}

}  // namespace
}  // namespace ridge::test
