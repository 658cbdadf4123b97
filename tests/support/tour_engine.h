// The tour network, built and ready to run, and what it answers.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "api/build.h"
#include "runtime/context.h"
#include "support/networks.h"

namespace ridge::test {

/// Not tuned, not verified: the same plan every time.
inline BuildOptions plainOptions(const std::string& device = "cpu") {
  BuildOptions options;
  options.device = device;
  options.tune = Tune::off;
  options.verify = VerifyMode::off;
  return options;
}

inline BuildResult buildTour(const std::string& device = "cpu", bool keepPortable = true) {
  BuildOptions options = plainOptions(device);
  options.keepPortable = keepPortable;
  options.pipeline = R"({"version": 1})";
  return buildModel(modelOf(tourNetwork()), "tour.onnx", options);
}

/// Numbers from 0 to 1 that depend on `seed` only.
inline Tensor someNumbers(const Dims& dims, unsigned seed) {
  std::vector<float> values(static_cast<size_t>(elementCount(dims)));
  for (float& value : values) {
    seed = seed * 1664525 + 1013904223;
    value = static_cast<float>(seed >> 8) / 16777216.0F;
  }
  return Tensor::of(dims, std::span<const float>(values));
}

using Answers = std::map<std::string, Tensor>;

inline void setInputs(ExecutionContext& context, unsigned seed) {
  for (size_t port = 0; port < context.plan().inputs.size(); ++port)
    context.setInput(port, someNumbers(context.executable().inputArray(port).dims, seed));
}

inline Answers outputsOf(const ExecutionContext& context) {
  Answers outputs;
  for (size_t port = 0; port < context.plan().outputs.size(); ++port)
    outputs.emplace(context.plan().outputs[port].name, context.output(port));
  return outputs;
}

/// One execution in a context of its own.
inline Answers answer(const std::shared_ptr<const Executable>& executable, unsigned seed = 1) {
  ExecutionContext context(executable);
  setInputs(context, seed);
  context.execute();
  return outputsOf(context);
}

inline void expectSameBits(const Answers& got, const Answers& want) {
  ASSERT_EQ(got.size(), want.size());
  for (const auto& [name, tensor] : want) EXPECT_TRUE(got.at(name).sameAs(tensor)) << name;
}

}  // namespace ridge::test
