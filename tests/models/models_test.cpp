// Real networks: proven, alike on both backends, and alike with each pass left out.
#include <algorithm>
#include <filesystem>

#include "passes/pass_list.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

class RealModel : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    path_ = std::string("examples/") + GetParam() + ".onnx";
    if (!std::filesystem::exists(path_)) path_ = std::string("../shared/models/real/") + GetParam() + ".onnx";
    if (!std::filesystem::exists(path_)) GTEST_SKIP() << "there is no " << path_;
  }

  Answers answerWith(const BuildOptions& options) const {
    return answer(makeExecutable(buildModel(path_, options).data, 0));
  }

  static void expectAlike(const Answers& got, const Answers& want) {
    for (const auto& [name, tensor] : want) {
      const std::vector<double> left = toDoubles(got.at(name)), right = toDoubles(tensor);
      ASSERT_EQ(left.size(), right.size());
      const auto [low, high] = std::minmax_element(right.begin(), right.end());
      const double tolerance = 1e-4 * std::max(*high - *low, 1e-3);
      for (size_t at = 0; at < right.size(); ++at) ASSERT_NEAR(left[at], right[at], tolerance) << name;
    }
  }

  std::string path_;
};

TEST_P(RealModel, IsProven) {
  BuildOptions options = plainOptions();
  options.verify = VerifyMode::full;
  const BuildResult built = buildModel(path_, options);
  EXPECT_TRUE(built.verified) << built.verification.failure();
  EXPECT_GE(built.verification.worstRegionDb, kRegionDb);
  EXPECT_TRUE(built.verification.unchecked.empty());
  for (const Step& step : built.data.plans[0].steps) EXPECT_FALSE(step.fallback) << step.name;
}

TEST_P(RealModel, BothBackendsAnswerAlike) {
  expectAlike(answerWith(plainOptions("cpu")), answerWith(plainOptions("reference")));
}

TEST_P(RealModel, EachPassMayBeLeftOut) {
  const Answers wanted = answerWith(plainOptions());
  for (const auto list : {portablePasses(), lowerPasses()})
    for (const Pass& pass : list) {
      if (pass.required) continue;
      SCOPED_TRACE(pass.name);
      BuildOptions options = plainOptions();
      options.passes.disabled = {std::string(pass.name)};
      expectAlike(answerWith(options), wanted);
    }
}

TEST_P(RealModel, ABatchAnswersAsItsPictures) {
  BuildOptions options = plainOptions();
  options.shapes = {{.shapes = {}, .dims = {}, .batch = 3}};
  BuildResult built;
  try {
    built = buildModel(path_, options);
  } catch (const Error& error) {
    GTEST_SKIP() << error.what();
  }
  const auto three = makeExecutable(built.data, 0);
  if (three->inputArray(0).dims[0] != 3) GTEST_SKIP() << "its batch is fixed";
  const auto one = makeExecutable(buildModel(path_, plainOptions()).data, 0);
  const Tensor all = someNumbers(three->inputArray(0).dims, 1);
  const Answers together = answer(three, 1);
  ExecutionContext context(one);
  const size_t size = one->inputArray(0).dims.empty()
                          ? 0
                          : static_cast<size_t>(elementCount(one->inputArray(0).dims)) * sizeof(float);
  for (size_t picture = 0; picture < 3; ++picture) {
    context.bindInput(0, all.bytes().data() + picture * size);
    context.execute();
    const Tensor& batch = together.begin()->second;
    const Tensor single = context.output(0);
    const auto got = batch.as<float>().subspan(picture * static_cast<size_t>(single.count()),
                                               static_cast<size_t>(single.count()));
    const auto want = single.as<float>();
    for (size_t at = 0; at < want.size(); ++at) ASSERT_NEAR(got[at], want[at], 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, RealModel,
                         testing::Values("cifar10_resnet20", "cifar10_mobilenetv2",
                                         "imagenet_mobilenet_v1_025"),
                         [](const auto& name) { return std::string(name.param); });

}  // namespace
}  // namespace ridge::test
