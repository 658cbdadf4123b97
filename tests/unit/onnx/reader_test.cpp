#include "onnx/reader.h"

#include <gtest/gtest.h>

#include "ir/verifier.h"
#include "model_maker.h"
#include "onnx/opaque.h"

namespace ridge::onnx::test {
namespace {

TEST(Reader, ReadsGraphWithNamesTypesAndSource) {
  ModelMaker maker;
  maker.proto().set_producer_name("maker");
  maker.proto().set_doc_string("a model");
  auto& entry = *maker.proto().add_metadata_props();
  entry.set_key("author");
  entry.set_value("me");
  maker.input("x", {-1, 4});
  maker.initializer("w", {4, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  maker.node("MatMul", {"x", "w"}, {"y"}, "product");
  maker.node("Relu", {"y"}, {"z"});
  maker.output("z");
  const Model model = maker.read();

  EXPECT_EQ(problemOf(model.graph), "");
  EXPECT_EQ(model.irVersion, 8);
  EXPECT_EQ(model.opsets.at(""), 17);
  EXPECT_EQ(model.producerName, "maker");
  EXPECT_EQ(model.docString, "a model");
  EXPECT_EQ(model.graph.metadata.at(0).second, "me");
  EXPECT_EQ(model.graph.name, "small");
  EXPECT_EQ(opsOf(model.graph), "MatMul Relu");
  const Graph& graph = model.graph;
  const Value& z = graph.value(graph.outputs()[0].value);
  EXPECT_EQ(z.type, DType::f32);
  EXPECT_EQ(z.shape.toString(), "[N,2]");
  EXPECT_EQ(z.source, "z");
  EXPECT_EQ(graph.node(0).origins, Origins{"product"});
  EXPECT_EQ(graph.node(1).origins, Origins{"z"});
  EXPECT_EQ(graph.constant(*graph.find("w"))->as<float>()[7], 8);
}

TEST(Reader, SortsNodesThatStandInAnyOrder) {
  ModelMaker maker;
  maker.input("x", {3});
  maker.node("Add", {"a", "b"}, {"y"});
  maker.node("Sigmoid", {"a"}, {"b"});
  maker.node("Relu", {"x"}, {"a"});
  maker.output("y");
  EXPECT_EQ(opsOf(maker.read().graph), "Relu Sigmoid Add");
}

TEST(Reader, InitializersListedAsInputsAreConstants) {
  for (const int64_t irVersion : {3, 8}) {
    ModelMaker maker(9, irVersion);
    maker.input("x", {2});
    maker.input("w", {2});
    maker.initializer("w", {2}, {1, 2});
    maker.node("Add", {"x", "w"}, {"y"});
    maker.output("y");
    const Model model = maker.read();
    ASSERT_EQ(model.graph.inputs().size(), 1u);
    EXPECT_TRUE(model.graph.value(*model.graph.find("w")).isConstant());
    EXPECT_EQ(model.notes.size(), irVersion < 4 ? 0u : 1u);
  }
}

TEST(Reader, OutputsMayBeInputsOrInitializers) {
  ModelMaker maker;
  maker.input("x", {2});
  maker.initializer("c", {2}, {1, 2});
  maker.output("x");
  maker.output("c");
  const Model model = maker.read();
  EXPECT_TRUE(model.graph.isInput(model.graph.outputs()[0].value));
  EXPECT_TRUE(model.graph.value(model.graph.outputs()[1].value).isConstant());
}

TEST(Reader, OptionalInputsAndOutputsMayBeLeftOut) {
  ModelMaker maker;
  maker.input("x", {2});
  maker.initializer("most", {}, {6.f});
  maker.node("Clip", {"x", "", "most"}, {"y"});
  maker.node("Dropout", {"y", "", ""}, {"z", ""});
  maker.output("z");
  const Model model = maker.read();
  EXPECT_EQ(model.graph.node(0).in[1], kNoValue);
  EXPECT_EQ(model.graph.node(1).in.size(), 1u);
  EXPECT_EQ(model.graph.node(1).out.size(), 1u);
}

TEST(Reader, ConstantNodesBecomeConstants) {
  ModelMaker maker;
  auto& tensor = *maker.node("Constant", {}, {"tensor"}).add_attribute();
  tensor.set_name("value");
  tensor.set_type(4);
  tensor.mutable_t()->set_data_type(static_cast<int32_t>(DType::f32));
  tensor.mutable_t()->add_float_data(2.5f);
  setFloat(maker.node("Constant", {}, {"float"}), "value_float", 1.5f);
  setInt(maker.node("Constant", {}, {"int"}), "value_int", -3);
  setInts(maker.node("Constant", {}, {"ints"}), "value_ints", {1, 2, 3});
  auto& text = *maker.node("Constant", {}, {"text"}).add_attribute();
  text.set_name("value_string");
  text.set_type(3);
  text.set_s("hello");
  for (const char* name : {"tensor", "float", "int", "ints", "text"}) maker.output(name);
  const Model model = maker.read();
  const Graph& graph = model.graph;
  EXPECT_EQ(graph.nodeCount(), 0);
  EXPECT_EQ(graph.constant(*graph.find("tensor"))->as<float>()[0], 2.5f);
  EXPECT_EQ(graph.constant(*graph.find("float"))->dims(), Dims{});
  EXPECT_EQ(graph.constant(*graph.find("int"))->as<int64_t>()[0], -3);
  EXPECT_EQ(graph.constant(*graph.find("ints"))->dims(), Dims{3});
  EXPECT_EQ(graph.constant(*graph.find("text"))->strings().at(0), "hello");
}

TEST(Reader, UnknownOpsAreCarried) {
  ModelMaker maker;
  maker.import("com.acme", 3);
  maker.input("x", {2});
  auto& fused = maker.node("Fused", {"x", ""}, {"a", "b"}, "f");
  fused.set_domain("com.acme");
  setInt(fused, "level", 7);
  maker.node("NoSuchOp", {"a"}, {"c"});
  maker.output("c");
  const auto declare = [&](const char* name) {
    auto& info = *maker.graph().add_value_info();
    info.set_name(name);
    auto& tensor = *info.mutable_type()->mutable_tensor_type();
    tensor.set_elem_type(static_cast<int32_t>(DType::f16));
    tensor.mutable_shape()->add_dim()->set_dim_value(5);
  };
  declare("a");
  const Model model = maker.read();
  const Graph& graph = model.graph;
  ASSERT_TRUE(isOpaque(graph.node(0)));
  EXPECT_EQ(opaqueName(graph.node(0)), "com.acme.Fused");
  EXPECT_EQ(opaqueName(graph.node(1)), "NoSuchOp");
  EXPECT_EQ(graph.value(*graph.find("a")).type, DType::f16);
  EXPECT_EQ(graph.value(*graph.find("a")).shape.toString(), "[5]");
  EXPECT_EQ(graph.value(*graph.find("b")).type, DType::undefined);
}

TEST(Reader, StaleShapesOfInnerValuesAreIgnoredWithNote) {
  ModelMaker maker;
  maker.input("x", {8, 3});
  maker.node("Relu", {"x"}, {"y"});
  maker.node("Relu", {"y"}, {"z"});
  maker.output("z");
  auto& info = *maker.graph().add_value_info();
  info.set_name("y");
  auto& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(1);
  for (int64_t dim : {1, 3}) tensor.mutable_shape()->add_dim()->set_dim_value(dim);
  const Model model = maker.read();
  EXPECT_EQ(model.graph.value(*model.graph.find("z")).shape.toString(), "[8,3]");
  ASSERT_EQ(model.notes.size(), 1u);
  EXPECT_NE(model.notes[0].find("\"y\""), std::string::npos);
}

}  // namespace
}  // namespace ridge::onnx::test
