// Bodies: closed at import, evaluated, reopened at export.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "ir/verifier.h"
#include "model_maker.h"
#include "onnx/writer.h"
#include "ops/evaluate.h"

namespace ridge::onnx::test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

wire::NodeProto& add(wire::GraphProto& graph, const std::string& op, const Names& in, const Names& out) {
  auto& node = *graph.add_node();
  node.set_op_type(op);
  for (const std::string& each : in) node.add_input(each);
  for (const std::string& each : out) node.add_output(each);
  return node;
}

void declare(wire::ValueInfoProto& info, const std::string& name, DType type, std::vector<int64_t> dims) {
  info.set_name(name);
  auto& tensor = *info.mutable_type()->mutable_tensor_type();
  tensor.set_elem_type(static_cast<int32_t>(type));
  for (const int64_t dim : dims) tensor.mutable_shape()->add_dim()->set_dim_value(dim);
}

wire::GraphProto& body(wire::NodeProto& node, const std::string& name, const Names& outputs) {
  auto& attribute = *node.add_attribute();
  attribute.set_name(name);
  attribute.set_type(5);
  for (const std::string& output : outputs) attribute.mutable_g()->add_output()->set_name(output);
  return *attribute.mutable_g();
}

void constant(wire::GraphProto& graph, const std::string& name, float value) {
  auto& tensor = *graph.add_initializer();
  tensor.set_name(name);
  tensor.set_data_type(1);
  tensor.add_float_data(value);
}

Tensor floats(const std::vector<float>& values) {
  return Tensor::of({static_cast<int64_t>(values.size())}, std::span<const float>(values));
}

Tensor truth(bool value) {
  return fromDoubles(DType::boolean, {}, std::vector{value ? 1.0 : 0.0});
}

std::vector<double> output(const Model& model, const std::map<std::string, Tensor>& inputs, size_t at = 0) {
  return toDoubles(evaluate(model.graph, inputs).at(at));
}

// As imported, and again after export and import.
std::vector<Model> twice(const ModelMaker& maker) {
  std::vector<Model> models;
  models.push_back(maker.read());
  models.push_back(readBytes(serializeModel(models.front())));
  for (const Model& model : models) EXPECT_EQ(problemOf(model.graph), "");
  return models;
}

// then: (x + w) * own; else: x itself. `own` means another thing outside.
ModelMaker branches() {
  ModelMaker maker;
  maker.input("c", {}, DType::boolean);
  maker.input("x", {2});
  maker.initializer("w", {1}, {10});
  maker.node("Neg", {"x"}, {"own"});
  auto& node = maker.node("If", {"c"}, {"y"});
  auto& then = body(node, "then_branch", {"r"});
  constant(then, "own", 3);
  add(then, "Add", {"x", "w"}, {"s"});
  add(then, "Mul", {"s", "own"}, {"r"});
  body(node, "else_branch", {"x"});
  maker.node("Add", {"y", "own"}, {"z"});
  maker.output("z");
  return maker;
}

TEST(Bodies, BranchesCaptureAndHide) {
  for (const Model& model : twice(branches())) {
    EXPECT_THAT(output(model, {{"c", truth(true)}, {"x", floats({1, 2})}}), ElementsAre(32, 34));
    EXPECT_THAT(output(model, {{"c", truth(false)}, {"x", floats({1, 2})}}), ElementsAre(0, 0));
  }
}

TEST(Bodies, AreClosedAndConstantsAreSharedIntoThem) {
  const Model model = branches().read();
  for (const NodeId id : model.graph.order()) {
    const Node& node = model.graph.node(id);
    if (node.bodies.empty()) continue;
    EXPECT_EQ(node.captures, 1) << "w is a constant, own is hidden by the body's";
    EXPECT_EQ(node.in.size(), 2U);
    for (const auto& each : node.bodies) EXPECT_EQ(each->inputs().size(), 1U);
  }
}

TEST(Bodies, NamesOfTheExportedModelDiffer) {
  const wire::ModelProto proto = parseBytes(serializeModel(branches().read()));
  std::vector<std::string> names;
  for (const auto& node : proto.graph().node()) {
    names.insert(names.end(), node.output().begin(), node.output().end());
    for (const auto& attribute : node.attribute()) {
      for (const auto& tensor : attribute.g().initializer()) names.push_back(tensor.name());
      for (const auto& inner : attribute.g().node())
        names.insert(names.end(), inner.output().begin(), inner.output().end());
    }
  }
  std::vector<std::string> sorted = names;
  std::sort(sorted.begin(), sorted.end());
  EXPECT_EQ(std::adjacent_find(sorted.begin(), sorted.end()), sorted.end());
}

TEST(Bodies, BranchesMergeWhatTheyAgreeOn) {
  ModelMaker maker;
  maker.input("c", {}, DType::boolean);
  maker.input("x", {2, 3});
  auto& node = maker.node("If", {"c"}, {"y"});
  setInt(add(body(node, "then_branch", {"t"}), "Concat", {"x", "x"}, {"t"}), "axis", 0);
  add(body(node, "else_branch", {"e"}), "Neg", {"x"}, {"e"});
  maker.output("y");
  const Model model = maker.read();
  const Shape& shape = model.graph.value(model.graph.outputs()[0].value).shape;
  EXPECT_EQ(shape.toString(), "[?,3]");
}

// Sums 1..n of the iteration into x, collects x; `outer` is read two bodies deep.
ModelMaker loop(const Names& inputs) {
  ModelMaker maker;
  maker.input("n", {}, DType::i64);
  maker.input("c", {}, DType::boolean);
  maker.input("x", {1});
  maker.input("limit", {1});
  auto& node = maker.node("Loop", inputs, {"last", "all"}, "loop");
  auto& inner = body(node, "body", {"go", "next", "next"});
  declare(*inner.add_input(), "i", DType::i64, {});
  declare(*inner.add_input(), "goes", DType::boolean, {});
  declare(*inner.add_input(), "v", DType::f32, {1});
  setInt(add(inner, "Cast", {"i"}, {"f"}), "to", 1);
  add(inner, "Add", {"v", "f"}, {"next"});
  auto& choice = add(inner, "If", {"goes"}, {"go"});
  auto& then = body(choice, "then_branch", {"small"});
  add(then, "Less", {"next", "limit"}, {"many"});
  add(then, "Squeeze", {"many"}, {"small"});
  auto& otherwise = body(choice, "else_branch", {"no"});
  add(otherwise, "Identity", {"goes"}, {"no"});
  maker.output("last");
  maker.output("all");
  return maker;
}

std::map<std::string, Tensor> loopInputs(int64_t trips, bool go, float limit) {
  return {{"n", Tensor::scalar(trips)}, {"c", truth(go)}, {"x", floats({1})}, {"limit", floats({limit})}};
}

TEST(Bodies, LoopCountsStopsAndCollects) {
  for (const Model& model : twice(loop({"n", "c", "x"}))) {
    EXPECT_THAT(output(model, loopInputs(4, true, 100)), ElementsAre(7));
    EXPECT_THAT(output(model, loopInputs(4, true, 100), 1), ElementsAre(1, 2, 4, 7));
    EXPECT_THAT(output(model, loopInputs(9, true, 4), 1), ElementsAre(1, 2, 4)) << "the condition ends it";
    EXPECT_THAT(output(model, loopInputs(9, false, 4)), ElementsAre(1));
    EXPECT_EQ(evaluate(model.graph, loopInputs(0, true, 4)).at(1).dims(), (Dims{0, 1}));
  }
}

TEST(Bodies, LoopWithoutCountOrCondition) {
  for (const Model& model : twice(loop({"", "c", "x"})))
    EXPECT_THAT(output(model, loopInputs(0, true, 4), 1), ElementsAre(1, 2, 4));
  for (const Model& model : twice(loop({"n", "", "x"})))
    EXPECT_THAT(output(model, loopInputs(2, false, 9), 1), ElementsAre(1, 2));
  for (const Model& model : twice(loop({"", "", "x"})))
    EXPECT_THAT(output(model, loopInputs(0, false, 2), 1), ElementsAre(1, 2));
}

TEST(Bodies, GrowingValuesHaveNoKnownSize) {
  ModelMaker maker;
  maker.input("n", {}, DType::i64);
  maker.input("x", {2, 3});
  auto& inner = body(maker.node("Loop", {"n", "", "x"}, {"y"}), "body", {"go", "w"});
  declare(*inner.add_input(), "i", DType::i64, {});
  declare(*inner.add_input(), "go", DType::boolean, {});
  declare(*inner.add_input(), "v", DType::f32, {2, 3});
  setInt(add(inner, "Concat", {"v", "x"}, {"w"}), "axis", 0);
  maker.output("y");
  for (const Model& model : twice(maker)) {
    EXPECT_EQ(model.graph.value(model.graph.outputs()[0].value).shape.toString(), "[?,3]");
    const auto y = evaluate(
        model.graph, {{"n", Tensor::scalar(int64_t{2})}, {"x", floats({1, 2, 3, 4, 5, 6}).reshaped({2, 3})}});
    EXPECT_EQ(y.at(0).dims(), (Dims{6, 3}));
  }
}

TEST(Bodies, ScanRunsBackwardsAlongAnAxis) {
  ModelMaker maker;
  maker.input("s", {2});
  maker.input("x", {2, 3});
  auto& node = maker.node("Scan", {"s", "x"}, {"last", "sums"});
  setInt(node, "num_scan_inputs", 1);
  setInts(node, "scan_input_axes", {-1});
  setInts(node, "scan_input_directions", {1});
  setInts(node, "scan_output_axes", {1});
  setInts(node, "scan_output_directions", {1});
  auto& inner = body(node, "body", {"t", "t"});
  declare(*inner.add_input(), "a", DType::f32, {2});
  declare(*inner.add_input(), "b", DType::f32, {2});
  add(inner, "Add", {"a", "b"}, {"t"});
  maker.output("last");
  maker.output("sums");
  for (const Model& model : twice(maker)) {
    EXPECT_EQ(model.graph.value(model.graph.outputs()[1].value).shape.toString(), "[2,3]");
    const std::map<std::string, Tensor> inputs{{"s", floats({0, 100})},
                                               {"x", floats({1, 2, 3, 4, 5, 6}).reshaped({2, 3})}};
    EXPECT_THAT(output(model, inputs), ElementsAre(6, 115));
    EXPECT_THAT(output(model, inputs, 1), ElementsAre(6, 5, 3, 115, 111, 106));
  }
}

TEST(Bodies, SequencesAndOptionalsGoThrough) {
  ModelMaker maker(18);
  maker.input("x", {4, 2});
  maker.input("y", {1, 2});
  maker.node("SplitToSequence", {"x"}, {"parts"});
  maker.node("SequenceInsert", {"parts", "y"}, {"more"});
  maker.node("SequenceErase", {"more", "first"}, {"less"});
  maker.initializer("first", {0});
  maker.node("Identity", {"less"}, {"same"});
  maker.node("Optional", {"same"}, {"maybe"});
  maker.node("OptionalHasElement", {"maybe"}, {"has"});
  maker.node("OptionalGetElement", {"maybe"}, {"held"});
  auto& map = maker.node("SequenceMap", {"held"}, {"negated"});
  auto& inner = body(map, "body", {"n"});
  inner.add_input()->set_name("e");
  add(inner, "Neg", {"e"}, {"n"});
  setInt(maker.node("ConcatFromSequence", {"negated"}, {"z"}), "axis", 0);
  maker.node("SequenceLength", {"held"}, {"length"});
  maker.node("SequenceAt", {"held", "first"}, {"at"});
  for (const char* name : {"z", "length", "at", "has"}) maker.output(name);
  for (auto* tensor : {maker.graph().mutable_initializer(0)}) tensor->clear_dims();
  const std::map<std::string, Tensor> inputs{{"x", floats({1, 2, 3, 4, 5, 6, 7, 8}).reshaped({4, 2})},
                                             {"y", floats({9, 10}).reshaped({1, 2})}};
  for (const Model& model : twice(maker)) {
    EXPECT_THAT(output(model, inputs), ElementsAre(-3, -4, -5, -6, -7, -8, -9, -10));
    EXPECT_THAT(output(model, inputs, 1), ElementsAre(4));
    EXPECT_THAT(output(model, inputs, 2), ElementsAre(3, 4));
    EXPECT_THAT(output(model, inputs, 3), ElementsAre(1));
  }
}

TEST(Bodies, AnEmptyOptionalKeepsWhatItMightHold) {
  ModelMaker maker(18);
  maker.input("c", {}, DType::boolean);
  maker.input("x", {2});
  auto& node = maker.node("If", {"c"}, {"maybe"});
  add(body(node, "then_branch", {"t"}), "Optional", {"x"}, {"t"});
  auto& type = *add(body(node, "else_branch", {"e"}), "Optional", {}, {"e"}).add_attribute();
  type.set_name("type");
  type.set_type(13);
  auto& held = *type.mutable_tp()->mutable_tensor_type();
  held.set_elem_type(1);
  held.mutable_shape()->add_dim()->set_dim_value(2);
  maker.node("OptionalHasElement", {"maybe"}, {"has"});
  maker.output("has");
  for (const Model& model : twice(maker)) {
    EXPECT_THAT(output(model, {{"c", truth(true)}, {"x", floats({1, 2})}}), ElementsAre(1));
    EXPECT_THAT(output(model, {{"c", truth(false)}, {"x", floats({1, 2})}}), ElementsAre(0));
    const auto proto = parseBytes(serializeModel(model));
    EXPECT_THAT(proto.SerializeAsString(), HasSubstr("Optional"));
  }
}

TEST(Bodies, ATensorOpRefusesASequence) {
  ModelMaker maker;
  maker.input("x", {2});
  maker.node("SequenceConstruct", {"x", "x"}, {"s"});
  maker.node("Neg", {"s"}, {"y"}, "neg");
  maker.output("y");
  EXPECT_THAT(errorOf([&] { maker.read(); }), AllOf(HasSubstr("neg"), HasSubstr("sequence")));
}

TEST(Bodies, LargeConstantsAreWrittenOnce) {
  ModelMaker maker;
  maker.input("c", {}, DType::boolean);
  maker.input("x", {1000});
  maker.initializer("w", {1000}, std::vector<float>(1000, 2));
  auto& node = maker.node("If", {"c"}, {"y"});
  add(body(node, "then_branch", {"t"}), "Add", {"x", "w"}, {"t"});
  add(body(node, "else_branch", {"e"}), "Mul", {"x", "w"}, {"e"});
  maker.output("y");
  for (const Model& model : twice(maker)) EXPECT_LT(serializeModel(model).size(), 6000U);
}

// `depth` Ifs, each in the then-branch of the one around it.
void nest(wire::GraphProto& graph, int depth, const std::string& result) {
  if (depth == 0) {
    add(graph, "Neg", {"x"}, {result});
    return;
  }
  auto& node = add(graph, "If", {"c"}, {result});
  node.set_name("level" + std::to_string(depth));
  const std::string inner = result + "i";
  nest(body(node, "then_branch", {inner}), depth - 1, inner);
  add(body(node, "else_branch", {inner + "e"}), "Abs", {"x"}, {inner + "e"});
}

TEST(Bodies, AreNestedUpToTheLimit) {
  ModelMaker maker;
  maker.input("c", {}, DType::boolean);
  maker.input("x", {1});
  nest(maker.graph(), 64, "y");
  maker.output("y");
  for (const Model& model : twice(maker)) {
    EXPECT_THAT(output(model, {{"c", truth(true)}, {"x", floats({3})}}), ElementsAre(-3));
    EXPECT_THAT(output(model, {{"c", truth(false)}, {"x", floats({-3})}}), ElementsAre(3));
  }
  EXPECT_THAT(errorOf([&] { maker.read({.maxDepth = 63}); }),
              AllOf(HasSubstr("level1"), HasSubstr("63"), HasSubstr("limit")));
  EXPECT_THAT(errorOf([&] { maker.read({.maxNodes = 128}); }), HasSubstr("129 nodes, the limit is 128"));
}

// Loops in loops, each of which makes its value longer.
void nestLoops(wire::GraphProto& graph, int depth, const std::string& start, const std::string& result) {
  auto& inner = body(add(graph, "Loop", {"n", "", start}, {result}), "body", {"go" + result, "w" + result});
  declare(*inner.add_input(), "i" + result, DType::i64, {});
  declare(*inner.add_input(), "go" + result, DType::boolean, {});
  declare(*inner.add_input(), "v" + result, DType::f32, {1});
  std::string last = "v" + result;
  if (depth > 1) {
    nestLoops(inner, depth - 1, last, result + "i");
    last = result + "i";
  }
  setInt(add(inner, "Concat", {last, "x"}, {"w" + result}), "axis", 0);
}

TEST(Bodies, LoopsInLoopsAreInferredInTime) {
  ModelMaker maker;
  maker.input("n", {}, DType::i64);
  maker.input("x", {1});
  nestLoops(maker.graph(), 64, "x", "y");
  maker.output("y");
  for (const Model& model : twice(maker))
    EXPECT_EQ(evaluate(model.graph, {{"n", Tensor::scalar(int64_t{1})}, {"x", floats({1})}}).at(0).dims(),
              (Dims{65}));
}

// --- functions

wire::FunctionProto& function(ModelMaker& maker, const std::string& name, const Names& in, const Names& out) {
  auto& made = *maker.proto().add_functions();
  made.set_name(name);
  made.set_domain("f");
  for (const std::string& each : in) made.add_input(each);
  for (const std::string& each : out) made.add_output(each);
  auto& import = *made.add_opset_import();
  import.set_domain("");
  import.set_version(17);
  auto& own = *made.add_opset_import();
  own.set_domain("f");
  own.set_version(1);
  return made;
}

wire::NodeProto& add(wire::FunctionProto& made, const std::string& op, const Names& in, const Names& out) {
  auto& node = *made.add_node();
  node.set_op_type(op);
  for (const std::string& each : in) node.add_input(each);
  for (const std::string& each : out) node.add_output(each);
  return node;
}

TEST(Functions, AreInlinedWithAttributesAndDefaults) {
  ModelMaker maker;
  maker.import("f", 1);
  maker.input("x", {3});
  auto& scaled = function(maker, "Leak", {"a"}, {"b", "a2"});
  auto& slope = *scaled.add_attribute_proto();
  slope.set_name("slope");
  slope.set_type(1);
  slope.set_f(0.5f);
  auto& reference = *add(scaled, "LeakyRelu", {"a"}, {"t"}).add_attribute();
  reference.set_name("alpha");
  reference.set_ref_attr_name("slope");
  add(scaled, "Add", {"t", "t"}, {"b"});
  add(scaled, "Identity", {"a"}, {"a2"});
  auto& both = function(maker, "Both", {"a", "absent"}, {"b", "a"});
  for (auto* call : {&add(both, "Leak", {"a"}, {"t"}), &add(both, "Leak", {"t"}, {"b"})})
    call->set_domain("f");
  setFloat(*both.mutable_node(1), "slope", 2.f);
  maker.node("Both", {"x"}, {"y", "same"}, "call").set_domain("f");
  maker.output("y");
  maker.output("same");
  for (const Model& model : twice(maker)) {
    EXPECT_THAT(output(model, {{"x", floats({-1, 0, 2})}}), ElementsAre(-4, 0, 8));
    EXPECT_THAT(output(model, {{"x", floats({-1, 0, 2})}}, 1), ElementsAre(-1, 0, 2));
  }
}

TEST(Functions, MayHoldBodies) {
  ModelMaker maker;
  maker.import("f", 1);
  maker.input("c", {}, DType::boolean);
  maker.input("t", {1});
  auto& made = function(maker, "Choose", {"when", "v"}, {"r"});
  auto& node = add(made, "If", {"when"}, {"r"});
  // The body's t must not hide the caller's, which v stands for.
  auto& then = body(node, "then_branch", {"t"});
  add(then, "Add", {"v", "v"}, {"t"});
  add(body(node, "else_branch", {"t"}), "Neg", {"v"}, {"t"});
  maker.node("Choose", {"c", "t"}, {"y"}).set_domain("f");
  maker.output("y");
  for (const Model& model : twice(maker)) {
    EXPECT_THAT(output(model, {{"c", truth(true)}, {"t", floats({3})}}), ElementsAre(6));
    EXPECT_THAT(output(model, {{"c", truth(false)}, {"t", floats({3})}}), ElementsAre(-3));
  }
}

TEST(Functions, HaveAnOpsetOfTheirOwn) {
  ModelMaker maker(18);
  maker.import("f", 1);
  maker.input("x", {2, 3});
  auto& made = function(maker, "Sum", {"a"}, {"b"});
  made.mutable_opset_import(0)->set_version(11);
  setInts(add(made, "ReduceSum", {"a"}, {"b"}), "axes", {1});
  maker.node("Sum", {"x"}, {"y"}).set_domain("f");
  maker.output("y");
  EXPECT_THAT(output(maker.read(), {{"x", floats({1, 2, 3, 4, 5, 6}).reshaped({2, 3})}}), ElementsAre(6, 15));
}

TEST(Functions, ThatCallThemselvesOrExplodeAreRefused) {
  ModelMaker maker;
  maker.import("f", 1);
  maker.input("x", {1});
  maker.node("F0", {"x"}, {"y"}).set_domain("f");
  maker.output("y");
  for (int level = 0; level < 30; ++level) {
    auto& made = function(maker, "F" + std::to_string(level), {"a"}, {"b"});
    const std::string next = "F" + std::to_string(level + 1);
    for (auto* call : {&add(made, next, {"a"}, {"t"}), &add(made, next, {"t"}, {"b"})}) call->set_domain("f");
  }
  EXPECT_THAT(errorOf([&] { maker.read({.maxNodes = 1000}); }), HasSubstr("more than 1000 nodes"));
  EXPECT_THAT(errorOf([&] { maker.read({.maxDepth = 10}); }), HasSubstr("10"));
  auto& last = function(maker, "F30", {"a"}, {"b"});
  add(last, "F0", {"a"}, {"b"}).set_domain("f");
  EXPECT_THAT(errorOf([&] { maker.read(); }), HasSubstr("calls itself"));
}

}  // namespace
}  // namespace ridge::onnx::test
