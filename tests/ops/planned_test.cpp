// Every generated case again, as users run it: planned for the processor, executed twice in one context.
#include <gtest/gtest.h>

#include "api/build.h"
#include "api/load.h"
#include "cases.h"
#include "runtime/context.h"

namespace ridge::test {
namespace {

// What plans cannot do yet, by op and type; the reference kernels can, and generated_test.cpp runs them.
struct Unplanned {
  std::string_view op;    ///< empty: any
  std::string_view type;  ///< found anywhere in the name of a type; empty: any
  std::string_view reason;
};

constexpr Unplanned kUnplanned[] = {
    {"", "string", "plans carry no strings"},
    {"Constant", "complex128", "a copy moves at most 64 bits"},
    {"Constant", "=i2", "a copy moves whole bytes"},
    {"Constant", "=u2", "a copy moves whole bytes"},
    {"Constant", "=i4", "a copy moves whole bytes"},
    {"Constant", "=u4", "a copy moves whole bytes"},
    {"Constant", "=f4", "a copy moves whole bytes"},
    {"Gemm", "=i", "alpha and beta are not lowered for whole numbers"},
    {"Gemm", "=u", "alpha and beta are not lowered for whole numbers"},
};

bool isPlanned(const std::string& op, const GeneratedCase& one) {
  for (const Unplanned& known : kUnplanned) {
    if (!known.op.empty() && known.op != op) continue;
    for (const std::string& key : one.keys)
      if (key.find(known.type) != std::string::npos) return false;
  }
  return true;
}

class PlannedCases : public testing::TestWithParam<std::string> {};

BuildResult planned(const GeneratedCase& one) {
  BuildOptions options;
  options.device = "cpu";
  options.tune = Tune::off;
  options.verify = VerifyMode::off;
  options.keepPortable = false;
  ShapeRequest request;
  for (const ValueId id : one.graph.inputs())
    request.shapes.push_back({one.graph.value(id).name, one.inputs.at(one.graph.value(id).name).dims()});
  options.shapes = {request};
  onnx::Model model;
  model.graph = one.graph;
  return buildModel(std::move(model), one.name, options);
}

void expectAnswers(const GeneratedCase& one) {
  ExecutionContext context(makeExecutable(planned(one).data, 0));
  for (int turn = 0; turn < 2; ++turn) {
    for (size_t port = 0; port < context.plan().inputs.size(); ++port)
      context.setInput(port, one.inputs.at(context.plan().inputs[port].name));
    context.execute();
    ASSERT_EQ(context.plan().outputs.size(), one.expected.size());
    for (size_t at = 0; at < one.expected.size(); ++at)
      EXPECT_EQ(difference(context.output(at), one.expected[at]), "") << "output " << at;
  }
}

TEST_P(PlannedCases, AgreeWithPeers) {
  for (const std::vector<std::byte>& model : generatedModels(GetParam())) {
    const GeneratedCase one = generatedCase(model, GetParam());
    if (!isPlanned(GetParam(), one)) continue;
    SCOPED_TRACE(one.name);
    try {
      expectAnswers(one);
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(, PlannedCases, testing::ValuesIn(generatedOps()),
                         [](const auto& op) { return op.param; });

}  // namespace
}  // namespace ridge::test
