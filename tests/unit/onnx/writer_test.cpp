#include "onnx/writer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "ir/patch.h"
#include "model_maker.h"
#include "onnx/opset.h"
#include "ops/evaluate.h"
#include "ops/list.h"

namespace ridge::onnx::test {
namespace {

using ::testing::HasSubstr;

wire::ModelProto written(const Model& model) {
  return parseBytes(serializeModel(model));
}

ModelMaker reluModel(int64_t opset = 17) {
  ModelMaker maker(opset);
  maker.input("x", {-1, 3});
  maker.node("Relu", {"x"}, {"y"}, "act");
  maker.output("y");
  return maker;
}

TEST(Writer, LowestOpsetAndIrVersion) {
  const wire::ModelProto plain = written(reluModel().read());
  EXPECT_EQ(plain.opset_import(0).version(), 7);
  EXPECT_EQ(plain.ir_version(), 4);
  ModelMaker maker = reluModel();
  maker.node("HardSwish", {"y"}, {"z"});
  maker.output("z");
  const wire::ModelProto newer = written(maker.read());
  EXPECT_EQ(newer.opset_import(0).version(), 14);
  EXPECT_EQ(newer.ir_version(), 7);
}

TEST(Writer, IrVersionsOfOpsets) {
  const int64_t expected[] = {4, 4, 4, 5, 6, 7, 7, 7, 8, 8, 8, 8, 9, 9, 10, 10, 11, 12, 13, 13, 13, 14};
  for (int64_t opset = kOldestWrittenOpset; opset <= kNewestOpset; ++opset)
    EXPECT_EQ(irVersionFor(opset), expected[opset - kOldestWrittenOpset]) << opset;
}

TEST(Writer, RoundTripKeepsEverythingThatTheGraphKnows) {
  ModelMaker maker(13);
  maker.input("x", {-1, 2, 6, 6});
  maker.initializer("w", {4, 2, 3, 3}, std::vector<float>(72, 0.5f));
  auto& conv = maker.node("Conv", {"x", "w"}, {"c"}, "conv");
  setInts(conv, "pads", {1, 1, 1, 1});
  maker.node("Relu", {"c"}, {"r"}, "act");
  maker.output("r");
  auto& entry = *maker.proto().add_metadata_props();
  entry.set_key("key");
  entry.set_value("value");
  const Model model = maker.read();
  const wire::ModelProto proto = written(model);
  EXPECT_EQ(proto.metadata_props(0).value(), "value");
  EXPECT_EQ(proto.graph().node(0).name(), "conv");
  EXPECT_EQ(proto.graph().node(0).attribute(0).ints_size(), 4);
  EXPECT_EQ(proto.graph().value_info(0).name(), "c");
  EXPECT_EQ(proto.graph().input(0).type().tensor_type().shape().dim(0).dim_param(), "N");
  EXPECT_EQ(proto.graph().output(0).type().tensor_type().shape().dim(1).dim_value(), 4);
  const std::string once = serializeModel(model);
  EXPECT_EQ(serializeModel(readBytes(once)), once);
}

TEST(Writer, SameModelSameBytes) {
  const ModelMaker maker = reluModel();
  EXPECT_EQ(serializeModel(maker.read()), serializeModel(maker.read()));
}

TEST(Writer, FieldsThatTheGraphHasNoRoomForAreKept) {
  ModelMaker maker = reluModel();
  maker.proto().add_training_info()->mutable_algorithm()->set_name("train");
  maker.graph().add_metadata_props()->set_key("of the graph");
  auto& annotation = *maker.graph().add_quantization_annotation();
  annotation.set_tensor_name("y");
  maker.graph().add_quantization_annotation()->set_tensor_name("gone");
  const std::string unknown = "\xfa\x3e\x05hello";  // field 1007, which no version has
  const Model model = readBytes(maker.bytes() + unknown);
  const std::string bytes = serializeModel(model);
  const wire::ModelProto proto = parseBytes(bytes);
  EXPECT_EQ(proto.training_info(0).algorithm().name(), "train");
  EXPECT_EQ(proto.graph().metadata_props(0).key(), "of the graph");
  ASSERT_EQ(proto.graph().quantization_annotation_size(), 1);
  EXPECT_EQ(proto.graph().quantization_annotation(0).tensor_name(), "y");
  EXPECT_NE(bytes.find(unknown), std::string::npos);
  EXPECT_EQ(proto.ir_version(), 8);
}

TEST(Writer, NodeMetadataNeedsItsIrVersion) {
  for (const bool newer : {false, true}) {
    ModelMaker maker = reluModel(23);
    auto& entry = *maker.graph().mutable_node(0)->add_metadata_props();
    entry.set_key("k");
    entry.set_value("v");
    if (newer) {
      maker.node("Swish", {"y"}, {"z"});  // since opset 24
      maker.proto().mutable_opset_import(0)->set_version(24);
      maker.output("z");
    }
    EXPECT_EQ(written(maker.read()).graph().node(0).metadata_props_size(), newer ? 1 : 0);
  }
}

// --- names of outputs

TEST(Writer, OutputTakesTheNameOfTheInterface) {
  Model model = reluModel().read();
  Graph& graph = model.graph;
  GraphBuilder builder(graph, {0});
  builder.replace(graph.node(0).out[0],
                  builder.node(*findOp("", "Relu"), nullptr, {graph.inputs()[0]}, "fresh"));
  graph.apply(builder.finish("replaced"));
  const wire::ModelProto proto = written(model);
  ASSERT_EQ(proto.graph().node_size(), 1);
  EXPECT_EQ(proto.graph().node(0).output(0), "y");
  EXPECT_EQ(proto.graph().output(0).name(), "y");
}

TEST(Writer, OutputsThatShareAValueOrAreInputsOrConstantsAreCopied) {
  Model model = reluModel().read();
  Graph& graph = model.graph;
  graph.addOutput("again", graph.outputs()[0].value);
  graph.addOutput("input", graph.inputs()[0]);
  graph.addOutput("constant", graph.addConstant("c", Tensor::scalar(3.f)));
  const wire::ModelProto proto = written(model);
  ASSERT_EQ(proto.graph().node_size(), 4);
  for (int at : {1, 2, 3}) EXPECT_EQ(proto.graph().node(at).op_type(), "Identity");
  const Model read = readBytes(serializeModel(model));
  const auto outputs =
      evaluate(read.graph, {{"x", Tensor::of({1, 3}, std::span<const float>(std::array{-1.f, 0.f, 1.f}))}});
  EXPECT_EQ(outputs[1].as<float>()[0], 0.f);
  EXPECT_EQ(outputs[2].as<float>()[0], -1.f);
  EXPECT_EQ(outputs[3].as<float>()[0], 3.f);
}

TEST(Writer, InputThatIsAnOutputUnderItsOwnNameStaysSo) {
  ModelMaker maker = reluModel();
  maker.output("x");
  const wire::ModelProto proto = written(maker.read());
  EXPECT_EQ(proto.graph().node_size(), 1);
  EXPECT_EQ(proto.graph().output(1).name(), "x");
}

TEST(Writer, InnerValueMakesWayForAnInterfaceName) {
  ModelMaker maker;
  maker.input("x", {3});
  maker.node("Relu", {"x"}, {"y"});
  maker.node("Sigmoid", {"y"}, {"z"});
  maker.output("z");
  Model model = maker.read();
  Graph graph;  // the same, but the output is called as the inner value
  const ValueId x = graph.addInput("x", DType::f32, model.graph.value(model.graph.inputs()[0]).shape);
  const ValueId y = graph.addValue("y", DType::f32), z = graph.addValue("z", DType::f32);
  graph.addNode({.op = findOp("", "Relu"), .attrs = {}, .in = {x}, .out = {y}, .name = {}, .origins = {}});
  graph.addNode({.op = findOp("", "Sigmoid"), .attrs = {}, .in = {y}, .out = {z}, .name = {}, .origins = {}});
  graph.addOutput("y", z);
  model.graph = std::move(graph);
  const wire::ModelProto proto = written(model);
  EXPECT_EQ(proto.graph().node(1).output(0), "y");
  EXPECT_EQ(proto.graph().node(0).output(0), proto.graph().node(1).input(0));
  EXPECT_NE(proto.graph().node(0).output(0), "y");
}

// --- carried nodes

TEST(Writer, CarriedNodesKeepTheirBytesAndTheirOpset) {
  ModelMaker maker = reluModel(11);
  maker.import("com.acme", 3);
  auto& node = maker.node("Fused", {"y"}, {"z"}, "f");
  node.set_domain("com.acme");
  setInt(node, "level", 7);
  maker.node("NoSuchOp", {"z"}, {"q"});
  maker.output("q");
  const wire::ModelProto proto = written(maker.read());
  EXPECT_EQ(proto.opset_import(0).version(), 11);
  EXPECT_EQ(proto.opset_import(1).domain(), "com.acme");
  EXPECT_EQ(proto.opset_import(1).version(), 3);
  EXPECT_EQ(proto.graph().node(1).attribute(0).i(), 7);
  EXPECT_EQ(proto.graph().node(1).name(), "f");
  EXPECT_EQ(proto.graph().node(1).input(0), "y");
}

TEST(Writer, CarriedNodeBesideNewerFormIsRefused) {
  ModelMaker maker(10);
  maker.input("x", {3});
  setFloat(maker.node("Clip", {"x"}, {"y"}, "clip"), "max", 6.f);
  maker.node("NoSuchOp", {"y"}, {"z"});
  maker.output("z");
  const std::string line = errorOf([&] { serializeModel(maker.read()); });
  EXPECT_THAT(line, HasSubstr("NoSuchOp"));
  EXPECT_THAT(line, HasSubstr("opset 11"));
  EXPECT_THAT(line, HasSubstr("\"clip\""));
}

TEST(Writer, LoweredOpsAreExpanded) {
  Model model = reluModel().read();
  Graph& graph = model.graph;
  GraphBuilder builder(graph, {0});
  builder.replace(graph.node(0).out[0],
                  builder.node(*findOp("ridge", "silu"), nullptr, {graph.inputs()[0]}, "s"));
  graph.apply(builder.finish("lowered"));
  const Model read = readBytes(serializeModel(model));
  EXPECT_EQ(opsOf(read.graph), "Sigmoid Mul");
  EXPECT_EQ(opsOf(model.graph), "ridge.silu");
}

// --- files

TEST(Writer, LargeModelsKeepTheirWeightsBeside) {
  const TemporaryDirectory directory;
  ModelMaker maker;
  maker.input("x", {1, 600});
  for (const char* name : {"a", "b"}) {
    std::vector<float> values(600);
    for (size_t at = 0; at < values.size(); ++at)
      values[at] = static_cast<float>(at) + (name[0] == 'b' ? 0.5f : 0.f);
    maker.initializer(name, {600}, values);
  }
  maker.initializer("small", {1}, {2.f});
  maker.node("Add", {"x", "a"}, {"p"});
  maker.node("Mul", {"p", "b"}, {"q"});
  maker.node("Add", {"q", "small"}, {"y"});
  maker.output("y");
  const Model model = maker.read();
  const auto path = directory.path() / "big.onnx";
  writeModel(model, path, {.externalAbove = 1024});

  EXPECT_EQ(std::filesystem::file_size(directory.path() / "big.onnx.data"), 4096u + 2400u);
  EXPECT_LT(std::filesystem::file_size(path), 1024u);
  const Model read = readModel(path);
  for (const char* name : {"a", "b", "small"})
    EXPECT_TRUE(
        read.graph.constant(*read.graph.find(name))->sameAs(*model.graph.constant(*model.graph.find(name))));
  writeModel(read, path, {.externalAbove = 1024});  // over the files that it is mapped from
  EXPECT_EQ(readModel(path).graph.constant(*read.graph.find("b"))->as<float>()[599], 599.5f);

  writeModel(model, path);
  EXPECT_EQ(std::filesystem::file_size(path), serializeModel(model).size());
}

TEST(Writer, UnwritablePlacesAreMachineErrors) {
  const Model model = reluModel().read();
  EXPECT_THAT(errorOf([&] { writeModel(model, "/no/such/folder/m.onnx"); }),
              HasSubstr("/no/such/folder/m.onnx"));
  EXPECT_EQ(errorOf([&] { writeModel(model, "/dev/null"); }), "");
}

}  // namespace
}  // namespace ridge::onnx::test
