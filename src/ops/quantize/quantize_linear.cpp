// QuantizeLinear: saturate(rne(x / scale) + zero point), the division in float32
// (docs/integer_arithmetic.md, rule 10).
#include <cmath>

#include "ops/cost_support.h"
#include "ops/quantize/quantize.h"
#include "ops/reference_support.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

DType resultType(const InferContext& c) {
  const int64_t stated = c.attrs<QuantizeAttributes>().outputDtype;
  requireKnownType(c, stated);
  const auto type = static_cast<DType>(stated);
  if (!c.has(2)) return type == DType::undefined ? DType::u8 : type;
  c.require(type == DType::undefined || c.type(2) == DType::undefined || type == c.type(2),
            "output_dtype is not the zero point's type");
  return c.type(2) == DType::undefined ? type : c.type(2);
}

void infer(InferContext& c) {
  const auto& attrs = c.attrs<QuantizeAttributes>();
  requireGranularity(c, attrs.axis, attrs.blockSize);
  const DType type = resultType(c);
  c.require(type == DType::undefined || isInteger(type) || isFloat(type), "the result must be a number");
  c.output(0, type, c.shape(0));
}

struct Bounds {
  double low, high;
};

Bounds boundsOf(DType type) {
  const bool isSigned = numberClassOf(type) == NumberClass::signedInteger;
  const double values = std::ldexp(1.0, bitsOf(type));
  return isSigned ? Bounds{-values / 2, values / 2 - 1} : Bounds{0, values - 1};
}

// NaN gives the lower bound (rule 6).
double quantized(float x, float scale, double zero, Bounds bounds) {
  const double steps = static_cast<double>(x / scale);
  const double raised = steps > bounds.low - zero ? steps : bounds.low - zero;
  return zero + std::nearbyint(std::min(raised, bounds.high - zero));
}

void reference(KernelContext& k) {
  const TensorView &x = k.input(0), &scale = k.input(1), &out = k.output(0);
  const auto& attrs = k.attrs<QuantizeAttributes>();
  const bool inFloat32 = attrs.precision == 0 || attrs.precision == static_cast<int64_t>(DType::f32);
  if (scale.type != DType::f32 || !inFloat32) k.fail("there is no kernel for a scale that is not float32");
  if (!isInteger(out.type)) k.fail("there is no kernel that quantizes to " + std::string(name(out.type)));
  const ScaleIndex indexOf(k, attrs.axis, attrs.blockSize);
  const Bounds bounds = boundsOf(out.type);
  for (int64_t at = 0, count = out.count(); at < count; ++at) {
    const int64_t index = indexOf(at);
    const double zero = k.has(2) ? loadNumber<double>(k.input(2), index) : 0.0;
    const auto value = static_cast<float>(loadNumber<double>(x, at));
    storeNumber(out, at, quantized(value, scale.as<float>()[index], zero, bounds));
  }
}

int sinceFor(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<QuantizeAttributes>();
  const DType real = inputType(node, graph, 0), scale = inputType(node, graph, 1);
  const DType result = graph.value(node.out[0]).type;
  const bool separateScale = real != DType::i32 && scale != real;
  const int byForm = attrs.precision != 0 || separateScale ? 23
                     : attrs.outputDtype != 0              ? 21
                     : attrs.saturate                      ? 10
                                                           : 19;
  return std::max(byForm, sinceOfQuantization(node, graph, result, real, attrs.blockSize));
}

}  // namespace

constinit const Op quantizeLinear{
    .name = "QuantizeLinear",
    .since = 10,
    .sinceFor = sinceFor,
    .minInputs = 2,
    .maxInputs = 3,
    .attributes = QuantizeAttributes::read,
    .infer = infer,
    .reference = reference,
    .cost = costPerOutput<2>,
    .traits = {.foldable = false},
};

}  // namespace ridge::ops
