// Damaged files never crash and throw nothing but Error.
#include <gtest/gtest.h>

#include <random>

#include "model_maker.h"
#include "onnx/tensor_pb.h"
#include "onnx/writer.h"

namespace ridge::onnx::test {
namespace {

std::string smallNetwork() {
  ModelMaker maker(9);
  maker.import("com.acme", 1);
  maker.input("x", {-1, 2, 5, 5});
  maker.initializer("w", {3, 2, 3, 3}, std::vector<float>(54, 0.25f));
  maker.initializer("shape", {0, -1});
  auto& conv = maker.node("Conv", {"x", "w"}, {"c"}, "conv");
  setInts(conv, "pads", {1, 1, 1, 1});
  setFloat(maker.node("Clip", {"c"}, {"r"}, "clip"), "max", 6.f);
  maker.node("GlobalAveragePool", {"r"}, {"g"});
  maker.node("Reshape", {"g", "shape"}, {"f"});
  setInt(maker.node("Softmax", {"f"}, {"s"}), "axis", 1);
  auto& custom = maker.node("Custom", {"s"}, {"t"});
  custom.set_domain("com.acme");
  setInts(maker.node("Unsqueeze", {"s"}, {"u"}), "axes", {0});
  setFloat(maker.node("Constant", {}, {"k"}), "value_float", 2.f);
  maker.node("Mul", {"u", "k"}, {"y"});
  maker.output("y");
  maker.output("t");
  auto& info = *maker.graph().add_value_info();
  info.set_name("c");
  info.mutable_type()->mutable_tensor_type()->set_elem_type(1);
  return maker.bytes();
}

wire::GraphProto& addBody(wire::NodeProto& node, const std::string& name) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(5);
  return *attribute.mutable_g();
}

wire::NodeProto& addTo(wire::GraphProto& graph, const std::string& op, const Names& in,
                       const std::string& out) {
  auto& node = *graph.add_node();
  node.set_op_type(op);
  for (const std::string& each : in) node.add_input(each);
  node.add_output(out);
  graph.add_output()->set_name(out);
  return node;
}

// A loop with a branch in it, a function, a sequence and a sparse constant.
std::string networkWithBodies() {
  ModelMaker maker(17);
  maker.import("f", 1);
  maker.input("x", {2, 3});
  maker.initializer("n", {3});
  auto& sparse = *maker.graph().add_sparse_initializer();
  sparse.mutable_values()->set_name("w");
  sparse.mutable_values()->set_data_type(1);
  sparse.mutable_values()->add_dims(1);
  sparse.mutable_values()->add_float_data(5);
  sparse.mutable_indices()->set_data_type(7);
  sparse.mutable_indices()->add_dims(1);
  sparse.mutable_indices()->add_int64_data(2);
  sparse.add_dims(3);
  auto& inner = addBody(maker.node("Loop", {"n", "", "x"}, {"y", "ys"}), "body");
  for (const char* name : {"i", "go", "v"}) inner.add_input()->set_name(name);
  inner.add_output()->set_name("go");
  addTo(inner, "Twice", {"v"}, "t").set_domain("f");
  auto& choice = addTo(inner, "If", {"go"}, "b");
  addTo(addBody(choice, "then_branch"), "Add", {"t", "w"}, "p");
  addTo(addBody(choice, "else_branch"), "Neg", {"x"}, "q");
  maker.node("SplitToSequence", {"y"}, {"s"});
  auto& function = *maker.proto().add_functions();
  function.set_name("Twice");
  function.set_domain("f");
  function.add_input("a");
  function.add_output("r");
  function.add_opset_import()->set_version(17);
  auto& node = *function.add_node();
  node.set_op_type("Add");
  node.add_input("a");
  node.add_input("a");
  node.add_output("r");
  for (const char* name : {"y", "ys", "s"}) maker.output(name);
  return maker.bytes();
}

// Whatever can be read can also be written, or is refused with an Error.
bool survives(const std::string& bytes) {
  try {
    serializeModel(readBytes(bytes));
    return true;
  } catch (const Error& error) {
    EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
    return false;
  }
}

class HostileModel : public ::testing::TestWithParam<std::string (*)()> {};

TEST_P(HostileModel, IsSoundBefore) {
  EXPECT_TRUE(survives(GetParam()()));
}

TEST_P(HostileModel, EveryTruncation) {
  const std::string bytes = GetParam()();
  int read = 0;
  for (size_t length = 0; length < bytes.size(); ++length) read += survives(bytes.substr(0, length));
  EXPECT_LT(read, 20);  // only cuts between fields at the very end can pass
}

TEST_P(HostileModel, RandomBytesFlipped) {
  const std::string bytes = GetParam()();
  std::mt19937 random(7);
  int read = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string damaged = bytes;
    for (auto flips = 1 + random() % 3; flips > 0; --flips)
      damaged[random() % damaged.size()] = static_cast<char>(random());
    read += survives(damaged);
  }
  EXPECT_GT(read, 500);  // weights and names may change without harm
  EXPECT_LT(read, 19'000);
}

INSTANTIATE_TEST_SUITE_P(Models, HostileModel, ::testing::Values(smallNetwork, networkWithBodies));

TEST(Hostile, TensorFiles) {
  const std::string bytes =
      serializeTensor({"t", Tensor::of({3}, std::span<const float>(std::array{1.f, 2.f, 3.f}))});
  std::mt19937 random(7);
  for (int round = 0; round < 5'000; ++round) {
    std::string damaged = bytes.substr(0, 1 + random() % bytes.size());
    damaged[random() % damaged.size()] = static_cast<char>(random());
    errorOf([&] { parseTensor(std::as_bytes(std::span(damaged))); });
  }
}

std::string lengthDelimited(char tag, const std::string& payload) {
  std::string bytes(1, tag);
  size_t length = payload.size();
  for (; length >= 0x80; length >>= 7) bytes += static_cast<char>((length & 0x7f) | 0x80);
  return bytes + static_cast<char>(length) + payload;
}

// A sequence of sequences of ..., as the type of an input: protobuf's limit on depth must stop it.
TEST(Hostile, DeepNesting) {
  std::string type;
  for (int depth = 0; depth < 3'000; ++depth) type = lengthDelimited(0x22, lengthDelimited(0x0a, type));
  const std::string input = lengthDelimited(0x0a, "x") + lengthDelimited(0x12, type);
  EXPECT_NE(errorOf([&] { readBytes(lengthDelimited(0x3a, lengthDelimited(0x5a, input))); }), "");
}

}  // namespace
}  // namespace ridge::onnx::test
