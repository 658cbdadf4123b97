#include <cmath>

#include "ops/cost_support.h"
#include "ops/infer_support.h"
#include "ops/norm/norm.h"
#include "ops/ops.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge {
namespace {

void infer(InferContext& c) {
  bool training = c.attrs<BatchNormalizationAttributes>().trainingMode;
  for (size_t at = 1; at < c.outputCount(); ++at) training = training || c.node().out[at] != kNoValue;
  c.require(!training, "this BatchNormalization is in training mode; export the model for inference");
  requireFloat(c, 0);
  requireRank(c, 0, 2);
  Shape output = c.shape(0);
  for (size_t at = 1; at < 5; ++at) {
    requireRank(c, at, 1, 1);
    if (!output.ranked() || !c.shape(at).ranked()) continue;
    const Dim own = c.shape(at)[0], channels = output[1];
    if (own.isInteger() && channels.isInteger() && own.value() != channels.value())
      c.fail("input " + std::to_string(at) + " has " + own.toString() + " elements for " +
             channels.toString() + " channels");
  }
  c.output(0, c.type(0), output);
}

void reference(KernelContext& k) {
  constexpr int64_t kBlock = 512;
  const TensorView &in = k.input(0), &out = k.output(0);
  const int64_t channels = in.dims[1], planes = in.dims[0] * channels;
  const int64_t pixels = planes == 0 ? 0 : in.count() / planes;
  const auto epsilon = static_cast<double>(k.attrs<BatchNormalizationAttributes>().epsilon);
  for (size_t at = 0; at < 5; ++at) numberClassOf(k.input(at).type);
  parallelRanges(planes, 1, [&](int64_t begin, int64_t end) {
    double block[kBlock];
    for (int64_t plane = begin; plane < end; ++plane) {
      const auto parameter = [&](size_t input) {
        return loadNumber<double>(k.input(input), plane % channels);
      };
      const double scale = parameter(1), shift = parameter(2), mean = parameter(3);
      const double deviation = std::sqrt(parameter(4) + epsilon);
      for (int64_t at = 0; at < pixels; at += kBlock) {
        const int64_t count = std::min(kBlock, pixels - at);
        loadNumbers(in, plane * pixels + at, 1, count, block);
        for (int64_t i = 0; i < count; ++i) block[i] = (block[i] - mean) / deviation * scale + shift;
        storeNumbers(out, plane * pixels + at, count, block);
      }
    }
  });
}

int since(const Node& node, const Graph& graph) {
  const DType type = ops::inputType(node, graph, 0);
  for (size_t at = 1; at < 5; ++at)
    if (ops::inputType(node, graph, at) != type) return 15;
  return type == DType::bf16 ? 14 : 9;
}

}  // namespace

constinit const Op ops::batchNormalization{.name = "BatchNormalization",
                                           .since = 9,
                                           .sinceFor = since,
                                           .minInputs = 5,
                                           .maxInputs = 5,
                                           .maxOutputs = 5,
                                           .attributes = BatchNormalizationAttributes::read,
                                           .infer = infer,
                                           .reference = reference,
                                           .cost = costPerOutput<2>};

}  // namespace ridge
