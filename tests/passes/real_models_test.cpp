// Two trained networks answer alike whatever pass is left out. Each answer takes seconds on the reference
// kernels, so passes that find nothing in a network are not tried alone on it.
#include <filesystem>
#include <set>

#include "onnx/reader.h"
#include "passes/lower.h"
#include "passes/pass_testing.h"

namespace ridge::test {
namespace {

const std::filesystem::path kModels = "../shared/models/real";

class RealModel : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    const auto path = kModels / (std::string(GetParam()) + ".onnx");
    if (!std::filesystem::exists(path)) GTEST_SKIP() << path << " is not there";
    imported_ = onnx::readModel(path).graph;
    const ValueId input = imported_.inputs()[0];
    Dims dims;
    for (const Dim& dim : imported_.value(input).shape.dims())
      dims.push_back(dim.isInteger() ? dim.value() : 1);
    bound_ = bindShapes(imported_, {{imported_.value(input).name, dims}});
  }

  Graph optimized(const PassOptions& options, PassReport& report) const {
    Graph graph = imported_;
    runPasses(graph, portablePasses(), options, report);
    const ValueId input = bound_.inputs()[0];
    return lower(graph, {{bound_.value(input).name, bound_.value(input).shape.staticDims()}}, options,
                 report);
  }

  Graph imported_, bound_;
};

TEST_P(RealModel, answersAlikeWithEachPassOff) {
  PassReport all;
  const Graph lowered = optimized({}, all);
  EXPECT_EQ(count(lowered, ops::batchNormalization), 0);
  EXPECT_LT(lowered.order().size(), imported_.order().size());
  expectSameAnswers(bound_, lowered, 1e-4);

  std::set<std::string> active;
  for (const auto& patch : all.patches)
    if (!findPass(patch.pass)->required) active.insert(patch.pass);
  EXPECT_FALSE(active.empty());
  for (const std::string& off : active) {
    SCOPED_TRACE(off);
    PassReport report;
    expectSameAnswers(bound_, optimized({.disabled = {off}}, report), 1e-4);
  }
}

INSTANTIATE_TEST_SUITE_P(Small, RealModel, testing::Values("cifar10_resnet20", "cifar10_mobilenetv2"));

}  // namespace
}  // namespace ridge::test
