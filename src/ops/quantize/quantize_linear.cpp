// QuantizeLinear: saturate(rne(x / scale) + zero point), the division in float32 unless stated
// (docs/integer_arithmetic.md, rule 10).
#include <cmath>

#include "ir/small_float.h"
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
  double low = 0, high = 0;
};

Bounds boundsOf(DType type) {
  const bool isSigned = numberClassOf(type) == NumberClass::signedInteger;
  const double values = std::ldexp(1.0, bitsOf(type));
  return isSigned ? Bounds{-values / 2, values / 2 - 1} : Bounds{0, values - 1};
}

// NaN gives the lower bound (rule 6).
double quantized(double steps, double zero, Bounds bounds) {
  const double raised = steps > bounds.low - zero ? steps : bounds.low - zero;
  return zero + std::nearbyint(std::min(raised, bounds.high - zero));
}

double roundedTo(SmallFloat format, double value) {
  return decodeSmallFloat(format, encodeSmallFloat(format, value, false));
}

// x / scale in the stated precision, else in single: half-precision scales too, as ONNX Runtime does.
double divided(double x, double scale, DType precision) {
  switch (precision) {
    case DType::f64:
      return x / scale;
    case DType::f16:
      return roundedTo(SmallFloat::f16, roundedTo(SmallFloat::f16, x) / roundedTo(SmallFloat::f16, scale));
    case DType::bf16:
      return roundedTo(SmallFloat::bf16, roundedTo(SmallFloat::bf16, x) / roundedTo(SmallFloat::bf16, scale));
    default:
      return static_cast<double>(static_cast<float>(x) / static_cast<float>(scale));
  }
}

void reference(KernelContext& k) {
  const TensorView &x = k.input(0), &scale = k.input(1), &out = k.output(0);
  const auto& attrs = k.attrs<QuantizeAttributes>();
  const auto precision = static_cast<DType>(attrs.precision);
  const ScaleIndex indexOf(k, attrs.axis, attrs.blockSize);
  const bool whole = isInteger(out.type);
  const Bounds bounds = whole ? boundsOf(out.type) : Bounds{};
  const bool isFloat8 = !whole && bitsOf(out.type) == 8 && out.type != DType::f8e8m0;
  const bool overflows = isFloat8 && !attrs.saturate;  // to infinity or NaN
  numberClassOf(x.type);
  numberClassOf(scale.type);
  // Parts start at whole bytes, whatever the type.
  parallelRanges(out.count(), 512, [&](int64_t begin, int64_t end) {
    for (int64_t at = begin; at < end; ++at) {
      const int64_t index = indexOf(at);
      const double zero = k.has(2) ? loadNumber<double>(k.input(2), index) : 0.0;
      const double steps = divided(loadNumber<double>(x, at), loadNumber<double>(scale, index), precision);
      if (overflows)
        out.as<uint8_t>()[at] =
            static_cast<uint8_t>(encodeSmallFloat(smallFloatOf(out.type), steps + zero, false));
      else
        storeNumber(out, at, whole ? quantized(steps, zero, bounds) : steps + zero);
    }
  });
}

int sinceFor(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<QuantizeAttributes>();
  const DType real = inputType(node, graph, 0), scale = inputType(node, graph, 1);
  const DType result = graph.value(node.out[0]).type;
  const bool singleScale =
      scale == DType::f32;  // until opset 18 the scale of integers too; then the type of x
  const bool separateScale = real == DType::i32 ? !singleScale && scale != real : scale != real;
  const int byForm = scale == DType::f8e8m0                  ? 24
                     : attrs.precision != 0 || separateScale ? 23
                     : attrs.outputDtype != 0                ? 21
                     : attrs.saturate && scale != DType::i32 ? 10
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
