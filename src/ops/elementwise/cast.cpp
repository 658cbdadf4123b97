// Cast.
#include "ops/elementwise/cast.h"

namespace ridge::ops {
namespace {

bool isFloat8(DType type) {
  return isFloat(type) && bitsOf(type) == 8;
}

void infer(InferContext& c) {
  inferCast(c, typeOfNumber(c, c.attrs<CastAttributes>().to));
}

bool expression(const Node& node, ExprBuilder& b) {
  if (node.as<CastAttributes>().to != static_cast<int64_t>(DType::f32)) return false;
  b.result(b.in(0));
  return true;
}

int sinceFor(const Node& node, const Graph& graph) {
  const auto& attrs = node.as<CastAttributes>();
  if (attrs.roundMode != "up") return 24;
  return std::max(attrs.saturate ? 1 : 19,
                  sinceOfCast(inputType(node, graph, 0), static_cast<DType>(attrs.to)));
}

}  // namespace

void inferCast(InferContext& c, DType to) {
  c.output(0, to, c.shape(0));
  const bool integers = c.type(0) == DType::i64 || c.type(0) == DType::i32;
  if (!integers || (to != DType::i64 && to != DType::i32)) return;
  auto contents = c.contents(0);
  if (!contents) return;
  for (Dim& dim : *contents)  // what wraps is not worth following
    if (to == DType::i32 && (!dim.isInteger() || dim.value() != static_cast<int32_t>(dim.value())))
      dim = Dim();
  c.outputContents(0, std::move(*contents));
}

void castKernel(KernelContext& k, bool saturate, std::string_view roundMode) {
  const DType from = k.input(0).type, to = k.output(0).type;
  if (isFloat8(to) && (!saturate || roundMode != "up"))
    k.fail("there is no kernel for a cast to " + std::string(name(to)) +
           " that does not saturate or round up");
  const bool toReal = numberClassOf(to) == NumberClass::real;
  withNumberClass(from, [&]<class T>() {
    if constexpr (std::is_same_v<T, double>) {
      if (toReal || to == DType::boolean)
        mapElements<double, double>(k, [](double x) { return x; });
      else
        mapElements<double, double>(k, [](double x) { return std::trunc(x); });
    } else {
      // Integers stay integers up to the store, so that a float32 is rounded once.
      mapElements<T, T>(k, [](T x) { return x; });
    }
  });
}

int sinceOfCast(DType from, DType to) {
  const SinceTable table{.base = 1};
  const int strings = from == DType::string || to == DType::string ? 9 : 1;
  return std::max({strings, sinceOfType(table, from), sinceOfType(table, to)});
}

constinit const Op cast{
    .name = "Cast",
    .since = 6,  // `to` was a string before
    .sinceFor = [](const Node& node, const Graph& graph) { return std::max(6, sinceFor(node, graph)); },
    .attributes = CastAttributes::read,
    .infer = infer,
    .reference =
        [](KernelContext& k) {
          const auto& attrs = k.attrs<CastAttributes>();
          castKernel(k, attrs.saturate, attrs.roundMode);
        },
    .cost = costPerOutput<1>,
    .expr = expression,
    .traits = kElementwise,
};

}  // namespace ridge::ops
