// Inner tensors of a plan equal the truth, whether they cross a border or not.
#include "api/taps.h"

#include "ops/evaluate.h"
#include "support/expect_error.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

class TapsTest : public testing::TestWithParam<const char*> {
 protected:
  TapsTest() : built_(buildTour(GetParam())), context_(makeExecutable(built_.data, 0)) {
    setInputs(context_, 1);
    evaluate(imported_, {{"x", someNumbers({1, 3, 8, 8}, 1)}},
             [&](ValueId id, const Tensor& value) { truth_[imported_.value(id).name] = value; });
  }

  std::map<std::string, Tensor> tap(const std::string& glob) {
    Taps taps(built_.lowered[0], context_.plan(), glob);
    taps.attach(context_);
    context_.execute();
    return taps.values();
  }

  void expectTrue(const std::string& name, const Tensor& got) {
    SCOPED_TRACE(name);
    const auto known = truth_.find(name);
    ASSERT_NE(known, truth_.end());
    const std::vector<double> left = toDoubles(got), right = toDoubles(known->second);
    ASSERT_EQ(left.size(), right.size());
    for (size_t at = 0; at < right.size(); ++at) ASSERT_NEAR(left[at], right[at], 1e-4);
  }

  Graph imported_ = tourNetwork();
  BuildResult built_;
  ExecutionContext context_;
  std::map<std::string, Tensor> truth_;
};

TEST_P(TapsTest, EverythingAtOnce) {
  const auto values = tap("*");
  int compared = 0;
  for (const auto& [name, tensor] : values)
    if (truth_.contains(name)) {
      expectTrue(name, tensor);
      ++compared;
    }
  EXPECT_GT(compared, 18);
}

TEST_P(TapsTest, InsideOfARegion) {
  for (const std::string name : {"stem", "project", "residual", "depthwise"}) {
    const auto values = tap(name);
    ASSERT_EQ(values.size(), 1U);
    expectTrue(name, values.at(name));
  }
}

TEST_P(TapsTest, AtItsBorder) {
  for (const std::string name : {"stem_relu", "pool", "left_relu", "joined", "squeezed"}) {
    const auto values = tap(name);
    ASSERT_EQ(values.size(), 1U);
    expectTrue(name, values.at(name));
  }
}

TEST_P(TapsTest, TheOutputsStayAsTheyAre) {
  const Answers before = answer(makeExecutable(built_.data, 0));
  tap("*");
  expectSameBits(outputsOf(context_), before);
}

TEST_P(TapsTest, ANodeStandsForItsOutputs) {
  // Named apart from the value that the lowered graph knows.
  Graph named = imported_;
  named.node(named.producer(*named.find("pool"))).name = "a pooling node";
  Taps taps(built_.lowered[0], context_.plan(), "a pool*", &named);
  taps.attach(context_);
  context_.execute();
  ASSERT_EQ(taps.values().size(), 1U);
  expectTrue("pool", taps.values().at("pool"));
}

TEST_P(TapsTest, NamesThatMatchNothingAreRefused) {
  expectError(ErrorCode::usage, "no tensor and no node matches 'nothing*'", [&] { tap("nothing*"); });
}

INSTANTIATE_TEST_SUITE_P(Devices, TapsTest, testing::Values("cpu", "reference"),
                         [](const auto& name) { return name.param; });

}  // namespace
}  // namespace ridge::test
