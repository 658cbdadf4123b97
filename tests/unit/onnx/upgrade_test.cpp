// Older forms become the newest one with the same meaning.
#include "onnx/upgrade.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <map>

#include "model_maker.h"
#include "ops/evaluate.h"

namespace ridge::onnx::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor ramp(Dims dims) {
  std::vector<float> values(static_cast<size_t>(elementCount(dims)));
  for (size_t at = 0; at < values.size(); ++at) values[at] = static_cast<float>(at) / 4 - 2;
  return Tensor::of(std::move(dims), std::span<const float>(values));
}

struct OneNode {
  ModelMaker maker;
  wire::NodeProto* node;

  OneNode(int64_t opset, const std::string& op, std::vector<int64_t> dims, const Names& outputs = {"y"})
      : maker(opset) {
    maker.input("x", std::move(dims));
    node = &maker.node(op, {"x"}, outputs, "old");
    for (const std::string& output : outputs) maker.output(output);
  }
  std::vector<int64_t> input(const Graph& graph, size_t index) const {
    return toInts(*graph.constant(graph.node(0).in.at(index)));
  }
};

Tensor run(const Model& model, Tensor x) {
  return evaluate(model.graph, {{"x", std::move(x)}}).at(0);
}

TEST(Upgrade, ClipLimitsBecomeInputs) {
  OneNode old(10, "Clip", {4});
  setFloat(*old.node, "min", -1.f);
  setFloat(*old.node, "max", 1.f);
  const Model model = old.maker.read();
  const Tensor y = run(model, Tensor::of({4}, std::span<const float>(std::array{-3.f, -0.5f, 0.5f, 3.f})));
  EXPECT_THAT(toDoubles(y), ElementsAre(-1, -0.5, 0.5, 1));
}

TEST(Upgrade, ClipWithoutMinimumLeavesItOut) {
  OneNode old(7, "Clip", {8});
  setFloat(*old.node, "max", 0.5f);
  const Model model = old.maker.read();
  EXPECT_EQ(model.graph.node(0).in[1], kNoValue);
  const Tensor y = run(model, ramp({8}));
  EXPECT_EQ(y.as<float>()[0], -2.f);
  EXPECT_EQ(y.as<float>()[7], -0.25f);
}

TEST(Upgrade, PadBecomesInputs) {
  OneNode old(10, "Pad", {2, 2});
  setInts(*old.node, "pads", {0, 1, 0, 0});
  setFloat(*old.node, "value", 9.f);
  const Model model = old.maker.read();
  const Tensor y = run(model, ramp({2, 2}));
  EXPECT_EQ(y.dims(), (Dims{2, 3}));
  EXPECT_THAT(toDoubles(y), ElementsAre(9, -2, -1.75, 9, -1.5, -1.25));
}

TEST(Upgrade, SliceBecomesInputs) {
  OneNode old(9, "Slice", {4, 5});
  setInts(*old.node, "starts", {1, -2});
  setInts(*old.node, "ends", {3, 1000});
  setInts(*old.node, "axes", {0, 1});
  EXPECT_EQ(run(old.maker.read(), ramp({4, 5})).dims(), (Dims{2, 2}));
}

TEST(Upgrade, AxesBecomeAnInput) {
  OneNode squeeze(11, "Squeeze", {1, 3, 1});
  setInts(*squeeze.node, "axes", {2});
  EXPECT_EQ(run(squeeze.maker.read(), ramp({1, 3, 1})).dims(), (Dims{1, 3}));
  OneNode unsqueeze(11, "Unsqueeze", {3});
  setInts(*unsqueeze.node, "axes", {0, 2});
  EXPECT_EQ(run(unsqueeze.maker.read(), ramp({3})).dims(), (Dims{1, 3, 1}));
  for (const char* op : {"ReduceMean", "ReduceMax", "ReduceMin", "ReduceProd", "ReduceSum", "ReduceL1",
                         "ReduceL2", "ReduceLogSum", "ReduceLogSumExp", "ReduceSumSquare"}) {
    OneNode reduce(11, op, {2, 3, 4});
    setInts(*reduce.node, "axes", {1});
    setInt(*reduce.node, "keepdims", 0);
    EXPECT_EQ(run(reduce.maker.read(), ramp({2, 3, 4})).dims(), (Dims{2, 4})) << op;
    OneNode all(11, op, {2, 3});
    EXPECT_EQ(run(all.maker.read(), ramp({2, 3})).dims(), (Dims{1, 1})) << op;
  }
}

TEST(Upgrade, NewFormIsLeftAlone) {
  ModelMaker maker(13);
  maker.input("x", {2, 3});
  maker.initializer("axes", {1});
  maker.node("ReduceSum", {"x", "axes"}, {"y"});
  maker.output("y");
  EXPECT_EQ(run(maker.read(), ramp({2, 3})).dims(), (Dims{2, 1}));
}

TEST(Upgrade, SplitSizesOrCount) {
  OneNode sizes(11, "Split", {6}, {"a", "b"});
  setInts(*sizes.node, "split", {1, 5});
  EXPECT_THAT(sizes.input(sizes.maker.read().graph, 1), ElementsAre(1, 5));
  OneNode equal(13, "Split", {6}, {"a", "b", "c"});
  EXPECT_EQ(run(equal.maker.read(), ramp({6})).dims(), Dims{2});
}

TEST(Upgrade, DropoutRatio) {
  OneNode old(7, "Dropout", {3});
  setFloat(*old.node, "ratio", 0.25f);
  const Model model = old.maker.read();
  EXPECT_EQ(model.graph.constant(model.graph.node(0).in[1])->as<float>()[0], 0.25f);
  OneNode mask(7, "Dropout", {3}, {"y", "mask"});
  EXPECT_THAT(errorOf([&] { mask.maker.read(); }), HasSubstr("mask"));
}

TEST(Upgrade, BatchNormalizationSpatialAndTraining) {
  const auto make = [](int64_t opset, std::vector<std::string> out) {
    ModelMaker maker(opset);
    maker.input("x", {1, 2, 3});
    for (const char* name : {"s", "b", "m", "v"}) maker.initializer(name, {2}, {1, 2});
    maker.node("BatchNormalization", {"x", "s", "b", "m", "v"}, out, "bn");
    maker.output("y");
    return maker;
  };
  ModelMaker spatial = make(7, {"y"});
  setInt(*spatial.graph().mutable_node(0), "spatial", 1);
  EXPECT_EQ(errorOf([&] { spatial.read(); }), "");
  spatial.graph().mutable_node(0)->mutable_attribute(0)->set_i(0);
  EXPECT_THAT(errorOf([&] { spatial.read(); }), HasSubstr("spatial=0"));
  EXPECT_THAT(errorOf([&] { make(9, {"y", "mean", "var"}).read(); }), HasSubstr("training"));
  EXPECT_EQ(errorOf([&] { make(9, {"y", "", ""}).read(); }), "");
}

// What Softmax meant until opset 12: the last axes taken together.
std::vector<double> softmaxOfRows(const Tensor& x, int64_t rowLength) {
  std::vector<double> values = toDoubles(x), result;
  for (size_t first = 0; first < values.size(); first += static_cast<size_t>(rowLength)) {
    double sum = 0;
    for (size_t at = 0; at < static_cast<size_t>(rowLength); ++at) sum += std::exp(values[first + at]);
    for (size_t at = 0; at < static_cast<size_t>(rowLength); ++at)
      result.push_back(std::exp(values[first + at]) / sum);
  }
  return result;
}

struct SoftmaxCase {
  Dims dims;
  std::optional<int64_t> axis;
  int64_t rowLength;
  const char* ops;
};

TEST(Upgrade, FlattenedSoftmaxKeepsItsMeaning) {
  const SoftmaxCase cases[] = {{{2, 3}, std::nullopt, 3, "Softmax"},
                               {{2, 3, 4}, 2, 4, "Softmax"},
                               {{2, 3, 4}, -1, 4, "Softmax"},
                               {{2, 5, 1, 1}, std::nullopt, 5, "Softmax"},
                               {{2, 3, 4}, std::nullopt, 12, "Shape Flatten Softmax Reshape"},
                               {{2, 3, 4}, 0, 24, "Shape Flatten Softmax Reshape"}};
  for (const SoftmaxCase& each : cases) {
    OneNode old(11, "Softmax", each.dims);
    if (each.axis) setInt(*old.node, "axis", *each.axis);
    const Model model = old.maker.read();
    EXPECT_EQ(opsOf(model.graph), each.ops);
    const Tensor x = ramp(each.dims), y = run(model, x);
    EXPECT_EQ(y.dims(), each.dims);
    EXPECT_THAT(toDoubles(y),
                ::testing::Pointwise(::testing::DoubleNear(1e-6), softmaxOfRows(x, each.rowLength)));
  }
}

TEST(Upgrade, FlattenedSoftmaxWithSymbolicDimensions) {
  OneNode old(11, "LogSoftmax", {-1, 3, -1});
  const Model model = old.maker.read();
  EXPECT_EQ(opsOf(model.graph), "Shape Flatten LogSoftmax Reshape");
  EXPECT_EQ(model.graph.value(model.graph.outputs()[0].value).shape.toString(), "[N,3,N]");
}

TEST(Upgrade, FlattenedSoftmaxOfUnknownRankIsRefused) {
  OneNode old(11, "Softmax", {});
  old.maker.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->clear_shape();
  EXPECT_THAT(errorOf([&] { old.maker.read(); }), HasSubstr("rank"));
}

TEST(Upgrade, ForgottenHintIsDropped) {
  OneNode old(7, "Relu", {3});
  setInts(*old.node, "consumed_inputs", {0});
  EXPECT_EQ(errorOf([&] { old.maker.read(); }), "");
}

TEST(Upgrade, TableIsInOrderOfOpset) {
  std::map<std::string_view, int64_t> last;
  for (const Upgrade& upgrade : upgrades()) {
    EXPECT_LT(last[upgrade.op], upgrade.before) << upgrade.op;
    last[upgrade.op] = upgrade.before;
  }
}

}  // namespace
}  // namespace ridge::onnx::test
