// Every op's cases through a device's plan: the same answers as without it.
#include "cases.h"
#include "support/remote_devices.h"
#include "support/tour_engine.h"

namespace ridge::test {
namespace {

std::shared_ptr<const Executable> planned(const OpCase& one, const std::string& device) {
  BuildOptions options = plainOptions(device);
  options.keepPortable = false;
  ShapeRequest request;
  for (const auto& [name, tensor] : one.inputs) request.shapes.push_back({name, tensor.dims()});
  options.shapes = {request};
  onnx::Model model;
  model.graph = one.graph;
  return makeExecutable(buildModel(std::move(model), "case", options).data, 0);
}

std::vector<Tensor> results(const std::shared_ptr<const Executable>& executable, const OpCase& one) {
  ExecutionContext context(executable);
  for (size_t port = 0; port < context.plan().inputs.size(); ++port)
    context.setInput(port, one.inputs.at(context.plan().inputs[port].name));
  context.execute();
  std::vector<Tensor> made;
  for (size_t port = 0; port < context.plan().outputs.size(); ++port) made.push_back(context.output(port));
  return made;
}

class RemoteOps : public testing::TestWithParam<std::string> {
 protected:
  /// Cases of the family that run on `device` as they do on `plain`.
  void compare(const std::string& device, const std::string& plain) {
    ASSERT_EQ(std::ranges::count(remoteDevices(), device), 1);
    for (const OpCase& one : opCases(GetParam())) {
      SCOPED_TRACE(one.name);
      std::vector<Tensor> want;
      try {
        want = results(planned(one, plain), one);
      } catch (const Error&) {
        continue;  // no plan can hold it, or not without values of its inputs
      }
      try {
        const std::vector<Tensor> got = results(planned(one, device), one);
        for (size_t at = 0; at < want.size(); ++at) EXPECT_EQ(difference(got[at], want[at]), "");
        ++compared_;
      } catch (const Error& error) {
        ADD_FAILURE() << error.what();
      }
    }
    EXPECT_GT(compared_, 0);
  }

  int compared_ = 0;
};

TEST_P(RemoteOps, TheReferenceKernelsFarAway) {
  compare("remote_reference", "reference");
}

TEST_P(RemoteOps, TheCpuKernelsFarAway) {
  compare("remote_cpu", "cpu");
}

INSTANTIATE_TEST_SUITE_P(, RemoteOps, testing::ValuesIn(opFamilies()),
                         [](const auto& family) { return family.param; });

}  // namespace
}  // namespace ridge::test
