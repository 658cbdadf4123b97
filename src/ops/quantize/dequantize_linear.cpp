// DequantizeLinear: f32(q - zero point) * scale.
#include "ops/cost_support.h"
#include "ops/quantize/quantize.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const auto& attrs = c.attrs<DequantizeAttributes>();
  requireGranularity(c, attrs.axis, attrs.blockSize);
  requireKnownType(c, attrs.outputDtype);
  const auto stated = static_cast<DType>(attrs.outputDtype);
  c.require(
      !c.has(2) || c.type(2) == c.type(0) || c.type(0) == DType::undefined || c.type(2) == DType::undefined,
      "the zero point has another type than the data");
  const DType type = stated == DType::undefined ? c.type(1) : stated;
  c.require(type == DType::undefined || isFloat(type), "the result must have a float type");
  c.output(0, type, c.shape(0));
}

void reference(KernelContext& k) {
  const TensorView &q = k.input(0), &scale = k.input(1), &out = k.output(0);
  const auto& attrs = k.attrs<DequantizeAttributes>();
  const ScaleIndex indexOf(k, attrs.axis, attrs.blockSize);
  numberClassOf(q.type);
  numberClassOf(scale.type);
  parallelRanges(out.count(), 512, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t index = indexOf(at);
      const double zero = k.has(2) ? loadNumber<double>(k.input(2), index) : 0.0;
      // A product of two float32 is exact in double, so it is rounded once.
      const auto steps = static_cast<double>(static_cast<float>(loadNumber<double>(q, at) - zero));
      storeNumber(out, at, steps * loadNumber<double>(scale, index));
    }
  });
}

int sinceFor(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<DequantizeAttributes>();
  const int byForm = attrs.outputDtype != 0 ? 23 : 10;
  return std::max(byForm, sinceOfQuantization(node, graph, inputType(node, graph, 0),
                                              inputType(node, graph, 1), attrs.blockSize));
}

}  // namespace

constinit const Op dequantizeLinear{
    .name = "DequantizeLinear",
    .since = 10,
    .sinceFor = sinceFor,
    .minInputs = 2,
    .maxInputs = 3,
    .attributes = DequantizeAttributes::read,
    .infer = infer,
    .reference = reference,
    .cost = costPerOutput<2>,
    .traits = {.foldable = false},
};

}  // namespace ridge::ops
