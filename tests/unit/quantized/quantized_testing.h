// Networks of Q and DQ in few lines, and what the rules of docs/integer_arithmetic.md say of them, written
// down once more in int64 and double.
#pragma once

#include <gtest/gtest.h>

#include <cmath>

#include "base/thread_pool.h"
#include "support/tour_engine.h"

namespace ridge::test {

inline uint32_t nextRandom(uint32_t& state) {
  state = state * 1664525 + 1013904223;
  return state >> 8;
}

/// Any bytes of the type.
inline Tensor randomBytes(DType type, const Dims& dims, uint32_t seed) {
  std::vector<double> values(static_cast<size_t>(elementCount(dims)));
  for (double& value : values)
    value = static_cast<double>(nextRandom(seed) % 256) - (type == DType::i8 ? 128 : 0);
  return fromDoubles(type, dims, values);
}

class QdqMaker : public GraphMaker {
 public:
  ValueId zeroPoint(const std::string& name, DType type, double zero) {
    return constant(name, fromDoubles(type, {}, {&zero, 1}));
  }
  ValueId dq(ValueId x, DType type, float scale, int zero, const std::string& name) {
    return node(ops::dequantizeLinear, {x, scalar(name + "_s", scale), zeroPoint(name + "_z", type, zero)},
                name);
  }
  ValueId q(ValueId x, DType type, float scale, int zero, const std::string& name) {
    return node(ops::quantizeLinear, {x, scalar(name + "_s", scale), zeroPoint(name + "_z", type, zero)},
                name);
  }
  /// Symmetric weights with a scale for each output.
  ValueId dqWeights(const std::string& name, const Tensor& bytes, const Floats& scales) {
    const auto outputs = static_cast<int64_t>(scales.size());
    return node(ops::dequantizeLinear, {constant(name + "_q", bytes), floats(name + "_s", {outputs}, scales)},
                name, {{"axis", int64_t{0}}});
  }
};

inline int64_t numberAt(const Tensor& tensor, int64_t at) {
  return tensor.type() == DType::i8 ? tensor.as<int8_t>()[static_cast<size_t>(at)]
                                    : tensor.as<uint8_t>()[static_cast<size_t>(at)];
}

/// Rule 6, half to even by hand.
inline int64_t byteOf(float r, int64_t zero, int64_t low, int64_t high) {
  const auto below = static_cast<double>(low - zero), above = static_cast<double>(high - zero);
  double x = static_cast<double>(r);
  if (!(x > below)) x = below;
  if (!(x < above)) x = above;
  const double whole = std::floor(x), rest = x - whole;
  const auto floorInt = static_cast<int64_t>(whole);
  const bool up = rest > 0.5 || (rest == 0.5 && floorInt % 2 != 0);
  return zero + floorInt + (up ? 1 : 0);
}

/// The answer of a build with these inputs by name, with so many threads.
inline Tensor run(const BuildResult& built, const NamedInputs& inputs, int threads) {
  ThreadPool::instance().setThreads(threads);
  ExecutionContext context(makeExecutable(built.data, 0));
  for (size_t port = 0; port < context.plan().inputs.size(); ++port)
    context.setInput(port, inputs.at(context.plan().inputs[port].name));
  context.execute();
  return context.output(0);
}

inline int countOf(const Graph& graph, const Op& op) {
  int found = 0;
  for (const NodeId id : graph.order()) found += graph.node(id).op == &op ? 1 : 0;
  return found;
}

/// Built for both backends, run with 1, 2 and 3 threads: one answer, which is returned.
inline Tensor oneAnswer(const Graph& graph, const NamedInputs& inputs, const Op& integerOp) {
  const BuildResult cpu = buildModel(modelOf(graph), "q.onnx", plainOptions("cpu"));
  const BuildResult reference = buildModel(modelOf(graph), "q.onnx", plainOptions("reference"));
  EXPECT_EQ(countOf(cpu.lowered[0], integerOp), 1) << "nothing was lowered";
  for (const Step& step : cpu.data.plans[0].steps) EXPECT_FALSE(step.fallback) << step.name;
  const Tensor want = run(reference, inputs, 2);
  for (const int threads : {1, 2, 3}) EXPECT_TRUE(run(cpu, inputs, threads).sameAs(want)) << threads;
  return want;
}

}  // namespace ridge::test
