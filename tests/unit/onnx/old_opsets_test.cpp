// Sparse constants, and forms of the first opsets.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "model_maker.h"
#include "ops/evaluate.h"
#include "ops/list.h"

namespace ridge::onnx::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

Tensor ramp(Dims dims) {
  std::vector<float> values(static_cast<size_t>(elementCount(dims)));
  for (size_t at = 0; at < values.size(); ++at) values[at] = static_cast<float>(at);
  return Tensor::of(std::move(dims), std::span<const float>(values));
}

std::vector<double> run(const ModelMaker& maker, Tensor x) {
  return toDoubles(evaluate(maker.read().graph, {{"x", std::move(x)}}).at(0));
}

TEST(OldOpsets, BroadcastByAxis) {
  ModelMaker maker(6);
  maker.input("x", {1, 2, 2});
  maker.initializer("b", {2}, {10, 20});
  auto& node = maker.node("Add", {"x", "b"}, {"y"});
  setInt(node, "broadcast", 1);
  setInt(node, "axis", 1);
  maker.output("y");
  EXPECT_THAT(run(maker, ramp({1, 2, 2})), ElementsAre(10, 11, 22, 23));
}

TEST(OldOpsets, BroadcastAtTheEnd) {
  ModelMaker maker(1);
  maker.input("x", {2, 2});
  maker.initializer("b", {2}, {10, 20});
  auto& node = maker.node("Mul", {"x", "b"}, {"y"});
  setInt(node, "broadcast", 1);
  setInts(node, "consumed_inputs", {0, 0});
  maker.output("y");
  EXPECT_THAT(run(maker, ramp({2, 2})), ElementsAre(0, 20, 20, 60));
}

TEST(OldOpsets, SlopesOfChannels) {
  ModelMaker maker(6);
  maker.input("x", {1, 2, 2});
  maker.initializer("s", {2}, {1, 2});
  maker.node("Neg", {"x"}, {"n"});
  maker.node("PRelu", {"n", "s"}, {"y"});
  maker.output("y");
  EXPECT_THAT(run(maker, ramp({1, 2, 2})), ElementsAre(0, -1, -4, -6));
}

TEST(OldOpsets, AttributesOfTheFirstOpset) {
  ModelMaker maker(1);
  maker.input("x", {2, 2});
  setInts(maker.node("Reshape", {"x"}, {"r"}), "shape", {1, 4});
  auto& pad = maker.node("Pad", {"r"}, {"p"});
  setInts(pad, "paddings", {0, 1, 0, 0});
  setFloat(pad, "value", 9);
  maker.node("Concat", {"p", "p"}, {"c"});
  auto& to = *maker.node("Cast", {"c"}, {"y"}).add_attribute();
  to.set_name("to");
  to.set_s("INT32");
  maker.output("y");
  const auto y = evaluate(maker.read().graph, {{"x", ramp({2, 2})}}).at(0);
  EXPECT_EQ(y.type(), DType::i32);
  EXPECT_EQ(y.dims(), (Dims{1, 10}));
  EXPECT_THAT(toDoubles(y), ElementsAre(9, 0, 1, 2, 3, 9, 0, 1, 2, 3));
}

TEST(OldOpsets, TileOfOneAxis) {
  ModelMaker maker(5);
  maker.input("x", {2, 2});
  maker.initializer("tiles", {2});
  maker.initializer("axis", {1});
  maker.node("Tile", {"x", "tiles", "axis"}, {"y"});
  maker.output("y");
  EXPECT_THAT(run(maker, ramp({2, 2})), ElementsAre(0, 1, 0, 1, 2, 3, 2, 3));
}

TEST(OldOpsets, UpsampleIsAPlainResize) {
  if (!findOp("", "Resize")) GTEST_SKIP() << "Resize is not there yet";
  ModelMaker maker(7);
  maker.input("x", {1, 1, 1, 2});
  auto& scales = *maker.node("Upsample", {"x"}, {"y"}).add_attribute();
  scales.set_name("scales");
  scales.set_type(6);
  for (const float scale : {1.f, 1.f, 2.f, 2.f}) scales.add_floats(scale);
  maker.output("y");
  EXPECT_THAT(run(maker, ramp({1, 1, 1, 2})), ElementsAre(0, 0, 1, 1, 0, 0, 1, 1));
}

TEST(OldOpsets, GroupsHadScalesOfTheirOwn) {
  if (!findOp("", "GroupNormalization")) GTEST_SKIP() << "GroupNormalization is not there yet";
  ModelMaker maker(18);
  maker.input("x", {1, 4, 1});
  maker.initializer("s", {2}, {1, 2});
  maker.initializer("b", {2}, {0, 10});
  setInt(maker.node("GroupNormalization", {"x", "s", "b"}, {"y"}), "num_groups", 2);
  maker.output("y");
  const auto y = run(maker, ramp({1, 4, 1}));
  EXPECT_NEAR(y[1], 1, 1e-3);
  EXPECT_NEAR(y[2], 8, 1e-3);
  EXPECT_NEAR(y[3], 12, 1e-3);
}

TEST(OldOpsets, AFileBeforeOpsetsIsOfTheFirst) {
  ModelMaker maker(1, 2);
  maker.proto().clear_opset_import();
  maker.input("x", {2});
  maker.node("Relu", {"x"}, {"y"});
  maker.output("y");
  EXPECT_THAT(run(maker, ramp({2})), ElementsAre(0, 1));
}

wire::SparseTensorProto& sparse(wire::SparseTensorProto& made, std::vector<int64_t> indices, Dims indexDims) {
  made.mutable_values()->set_name("w");
  made.mutable_values()->set_data_type(1);
  made.mutable_values()->add_dims(2);
  made.mutable_values()->add_float_data(5);
  made.mutable_values()->add_float_data(7);
  made.mutable_indices()->set_data_type(7);
  for (const int64_t dim : indexDims) made.mutable_indices()->add_dims(dim);
  for (const int64_t index : indices) made.mutable_indices()->add_int64_data(index);
  made.add_dims(2);
  made.add_dims(3);
  return made;
}

std::vector<double> addSparse(std::vector<int64_t> indices, const Dims& indexDims) {
  ModelMaker maker;
  maker.input("x", {2, 3});
  sparse(*maker.graph().add_sparse_initializer(), std::move(indices), indexDims);
  maker.node("Add", {"x", "w"}, {"y"});
  maker.output("y");
  return run(maker, ramp({2, 3}));
}

TEST(Sparse, InitializersBecomeDense) {
  EXPECT_THAT(addSparse({1, 5}, {2}), ElementsAre(0, 6, 2, 3, 4, 12));
  EXPECT_THAT(addSparse({0, 1, 1, 2}, {2, 2}), ElementsAre(0, 6, 2, 3, 4, 12));
}

TEST(Sparse, BadIndicesAreRefused) {
  EXPECT_THAT(errorOf([] { addSparse({1, 6}, {2}); }), HasSubstr("out of range"));
  EXPECT_THAT(errorOf([] { addSparse({-1, 1}, {2}); }), HasSubstr("out of range"));
  EXPECT_THAT(errorOf([] { addSparse({3, 3}, {2}); }), HasSubstr("twice"));
  EXPECT_THAT(errorOf([] { addSparse({0, 3, 1, 0}, {2, 2}); }), HasSubstr("out of range"));
  EXPECT_THAT(errorOf([] { addSparse({0}, {1}); }), HasSubstr("number of indices"));
}

TEST(Sparse, Constants) {
  ModelMaker maker;
  maker.input("x", {2, 3});
  auto& attribute = *maker.node("Constant", {}, {"w"}).add_attribute();
  attribute.set_name("sparse_value");
  attribute.set_type(11);
  sparse(*attribute.mutable_sparse_tensor(), {0, 4}, {2});
  maker.node("Add", {"x", "w"}, {"y"});
  maker.output("y");
  EXPECT_THAT(run(maker, ramp({2, 3})), ElementsAre(5, 1, 2, 3, 11, 5));
}

}  // namespace
}  // namespace ridge::onnx::test
