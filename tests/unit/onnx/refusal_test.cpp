// Every refusal is one clear line that names the place.
#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "model_maker.h"

namespace ridge::onnx::test {
namespace {

using ::testing::HasSubstr;

ModelMaker reluModel(int64_t opset = 17) {
  ModelMaker maker(opset);
  maker.input("x", {2, 3});
  maker.node("Relu", {"x"}, {"y"}, "act");
  maker.output("y");
  return maker;
}

struct Refusal {
  const char* name;
  std::function<void(ModelMaker&)> damage;
  std::vector<const char*> says;
};

class RefusalTest : public ::testing::TestWithParam<Refusal> {};

TEST_P(RefusalTest, SaysWhatAndWhere) {
  ModelMaker maker = reluModel();
  GetParam().damage(maker);
  const std::string line = errorOf([&] { maker.read(); });
  ASSERT_NE(line, "");
  EXPECT_THAT(line, HasSubstr("file small.onnx"));
  EXPECT_THAT(line, ::testing::Not(HasSubstr("internal")));
  for (const char* text : GetParam().says) EXPECT_THAT(line, HasSubstr(text));
}

void addGraphAttribute(ModelMaker& maker, const char* op, const char* name) {
  auto& body = *maker.node(op, {"x"}, {"z"}, "branch").add_attribute();
  body.set_name(name);
  body.set_type(5);
  body.mutable_g();
}

wire::TensorProto& weights(ModelMaker& maker) {
  auto& tensor = maker.initializer("w", {2, 2}, {1, 2, 3, 4});
  maker.node("Add", {"x", "w"}, {"z"});
  return tensor;
}

const Refusal kRefusals[] = {
    {"OldOpset",
     [](auto& m) { m.proto().mutable_opset_import(0)->set_version(0); },
     {"opset 0", "older than 1"}},
    {"NewOpset",
     [](auto& m) { m.proto().mutable_opset_import(0)->set_version(29); },
     {"opset 29", "newest known"}},
    {"NewIr", [](auto& m) { m.proto().set_ir_version(99); }, {"IR version 99"}},
    {"NoOpset", [](auto& m) { m.proto().clear_opset_import(); }, {"does not say which opset"}},
    {"TwoOpsets", [](auto& m) { m.import("ai.onnx", 11); }, {"opsets 17 and 11"}},
    {"ForeignDomain",
     [](auto& m) { m.graph().mutable_node(0)->set_domain("com.acme"); },
     {"\"com.acme\"", "\"act\""}},
    {"NoOutputs", [](auto& m) { m.graph().clear_output(); }, {"no outputs"}},
    {"OutputNotProduced", [](auto& m) { m.output("q"); }, {"\"q\"", "no node"}},
    {"OutputTwice", [](auto& m) { m.output("y"); }, {"\"y\"", "twice"}},
    {"MissingInput", [](auto& m) { m.node("Relu", {"ghost"}, {"z"}); }, {"\"ghost\"", "node #1 (Relu)"}},
    {"TwoProducers",
     [](auto& m) { m.node("Relu", {"x"}, {"y"}, "again"); },
     {"\"y\"", "two values", "\"again\""}},
    {"InputRedefined", [](auto& m) { m.node("Relu", {"y"}, {"x"}); }, {"\"x\"", "two values"}},
    {"InitializerTwice",
     [](auto& m) {
       m.initializer("w", {1}, {1});
       m.initializer("w", {1}, {2});
     },
     {"\"w\"", "two values"}},
    {"NamelessInput", [](auto& m) { m.input("", {1}); }, {"has no name"}},
    {"Cycle",
     [](auto& m) {
       m.node("Add", {"x", "b"}, {"a"}, "first");
       m.node("Relu", {"a"}, {"b"});
     },
     {"cycle", "\"first\" (Add)"}},
    {"SelfCycle",
     [](auto& m) {
       m.node("Add", {"x", "a"}, {"a"});
     },
     {"cycle"}},
    {"UnknownAttribute",
     [](auto& m) { setInt(*m.graph().mutable_node(0), "alpha", 1); },
     {"alpha", "\"act\" (Relu)"}},
    {"AttributeTwice",
     [](auto& m) {
       setInt(*m.graph().mutable_node(0), "a", 1);
       setInt(*m.graph().mutable_node(0), "a", 1);
     },
     {"\"a\"", "twice"}},
    {"FunctionReference",
     [](auto& m) {
       setInt(*m.graph().mutable_node(0), "a", 1);
       m.graph().mutable_node(0)->mutable_attribute(0)->set_ref_attr_name("b");
     },
     {"function"}},
    {"WrongAttributeType",
     [](auto& m) { setFloat(m.node("Flatten", {"x"}, {"z"}, "flat"), "axis", 1); },
     {"axis", "\"flat\" (Flatten)"}},
    {"NoInputs", [](auto& m) { m.node("Relu", {}, {"z"}, "lonely"); }, {"lonely"}},
    {"NoOutputOfNode", [](auto& m) { m.node("Relu", {"x"}, {""}, "mute"); }, {"no outputs", "\"mute\""}},
    {"Contradiction",
     [](auto& m) {
       m.initializer("w", {5}, {1, 2, 3, 4, 5});
       m.node("Add", {"x", "w"}, {"z"}, "sum");
     },
     {"sum"}},
    {"If",
     [](auto& m) { addGraphAttribute(m, "If", "then_branch"); },
     {"else_branch is missing", "\"branch\""}},
    {"Loop", [](auto& m) { addGraphAttribute(m, "Loop", "body"); }, {"the number of iterations is no int64"}},
    {"UnknownBody",
     [](auto& m) { addGraphAttribute(m, "Repeat", "body"); },
     {"Repeat", "runs a graph", "\"branch\""}},
    {"FunctionTwice",
     [](auto& m) {
       m.proto().add_functions()->set_name("Swish");
       m.proto().add_functions()->set_name("Swish");
     },
     {"twice", "\"Swish\""}},
    {"SparseInitializer", [](auto& m) { m.graph().add_sparse_initializer(); }, {"has no name"}},
    {"SparseConstant",
     [](auto& m) {
       auto& attribute = *m.node("Constant", {}, {"z"}).add_attribute();
       attribute.set_name("sparse_value");
       attribute.set_type(11);
       attribute.mutable_sparse_tensor();
     },
     {"node #1 (Constant)", "element type"}},
    {"EmptyConstant", [](auto& m) { m.node("Constant", {}, {"z"}); }, {"exactly one value"}},
    {"MapInput",
     [](auto& m) {
       auto& info = m.input("s", {});
       info.mutable_type()->mutable_map_type();
     },
     {"\"s\"", "a map"}},
    {"UntypedInput", [](auto& m) { m.input("s", {}).clear_type(); }, {"\"s\"", "of no type"}},
    {"UnknownElementType", [](auto& m) { m.input("s", {}, static_cast<DType>(77)); }, {"element type 77"}},
    {"OutputType",
     [](auto& m) { m.graph().mutable_output(0)->mutable_type()->mutable_tensor_type()->set_elem_type(7); },
     {"\"y\"", "int64", "float32"}},
    {"NoData", [](auto& m) { weights(m).clear_raw_data(); }, {"\"w\"", "no data"}},
    {"ShortData", [](auto& m) { weights(m).mutable_raw_data()->pop_back(); }, {"\"w\"", "16 bytes", "15"}},
    {"NegativeDimension", [](auto& m) { weights(m).set_dims(0, -1); }, {"\"w\"", "negative"}},
    {"HugeDimensions",
     [](auto& m) {
       auto& tensor = weights(m);
       tensor.set_dims(0, int64_t{1} << 62);
       tensor.set_dims(1, 8);
     },
     {"\"w\""}},
    {"ManyElements", [](auto& m) { weights(m).set_dims(0, int64_t{1} << 40); }, {"\"w\"", "limit"}},
    {"Segment", [](auto& m) { weights(m).mutable_segment(); }, {"segments"}},
    {"ExternalFromMemory", [](auto& m) { weights(m).set_data_location(1); }, {"\"w\"", "external data"}},
};

INSTANTIATE_TEST_SUITE_P(Models, RefusalTest, ::testing::ValuesIn(kRefusals),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(Refusal, FilesThatAreNoModels) {
  EXPECT_THAT(errorOf([] { readBytes(""); }), HasSubstr("empty"));
  for (const char* text :
       {"hello, this is a text\n", "RIDGE\0\1\2\3", "{\"a\": 1}", "\x89PNG\r\n\x1a\n", "\xff\xff\xff"})
    EXPECT_THAT(errorOf([&] { readBytes(text); }), HasSubstr("not an ONNX model")) << text;
  EXPECT_THAT(errorOf([] { readModel("/no/such/model.onnx"); }), HasSubstr("/no/such/model.onnx"));
  EXPECT_NE(errorOf([] { readModel("/tmp"); }), "");
}

TEST(Refusal, NodeLimitCountsBeforeParsing) {
  ModelMaker maker = reluModel();
  for (int i = 0; i < 20; ++i) maker.node("Relu", {"x"}, {fmt::format("v{}", i)});
  EXPECT_THAT(errorOf([&] { maker.read({.maxNodes = 20}); }), HasSubstr("21 nodes, the limit is 20"));
  EXPECT_EQ(errorOf([&] { maker.read({.maxNodes = 21}); }), "");
}

TEST(Refusal, NamesFromTheFileAreEscaped) {
  ModelMaker maker = reluModel();
  maker.node("Relu", {"gh\nost\x1b[31m"}, {"z"});
  const std::string line = errorOf([&] { maker.read(); });
  EXPECT_EQ(line.find('\n'), std::string::npos);
  EXPECT_EQ(line.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace ridge::onnx::test
