// The shared classifiers go in and out: the same interface, the same constants, and a fixed point after one
// export.
#include <gtest/gtest.h>

#include "ir/verifier.h"
#include "model_maker.h"
#include "onnx/opaque.h"
#include "onnx/writer.h"

namespace ridge::onnx::test {
namespace {

const std::filesystem::path kModels = "../shared/models/real";

class RealModel : public ::testing::TestWithParam<const char*> {
 protected:
  std::filesystem::path path() const { return kModels / (std::string(GetParam()) + ".onnx"); }
  void SetUp() override {
    if (!std::filesystem::exists(path())) GTEST_SKIP() << path() << " is not there";
  }
};

TEST_P(RealModel, GoesInAndOut) {
  const Model model = readModel(path());
  EXPECT_EQ(problemOf(model.graph), "");
  for (NodeId id : model.graph.order()) EXPECT_FALSE(isOpaque(model.graph.node(id)));
  const Value& output = model.graph.value(model.graph.outputs()[0].value);
  EXPECT_EQ(output.type, DType::f32);
  EXPECT_TRUE(output.shape.ranked());
  const std::string once = serializeModel(model);
  const Model again = readBytes(once);
  EXPECT_EQ(opsOf(again.graph), opsOf(model.graph));
  EXPECT_EQ(serializeModel(again), once);
}

INSTANTIATE_TEST_SUITE_P(Classifiers, RealModel,
                         ::testing::Values("cifar10_efficientnet_b0", "cifar10_mobilenetv2",
                                           "cifar10_resnet20", "imagenet_mcunet_320kb",
                                           "imagenet_mobilenet_v1_025", "imagenet_mobilenet_v1_075",
                                           "imagenet_squeezenet_1_1"),
                         [](const auto& each) { return std::string(each.param); });

}  // namespace
}  // namespace ridge::onnx::test
