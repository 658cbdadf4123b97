// Compress: the slices of an axis (or the elements of the flattened input) for which the condition holds.
#include <optional>

#include "ops/index/index_support.h"

namespace ridge::ops {
namespace {

struct CompressAttributes : AttributesOf<CompressAttributes> {
  std::optional<int64_t> axis;  // absent: the input is flattened

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
  }
};

void infer(InferContext& c) {
  const auto& axis = c.attrs<CompressAttributes>().axis;
  c.require(c.type(1) == DType::boolean || c.type(1) == DType::undefined,
            "the condition must be of booleans");
  requireRank(c, 1, 1, 1);
  if (!axis) return c.output(0, c.type(0), unknownShape(1));
  const Shape& in = c.shape(0);
  if (!in.ranked()) return c.output(0, c.type(0), Shape());
  requireRank(c, 0, 1);
  std::vector<Dim> dims = in.dims();
  dims[static_cast<size_t>(axisOf(c, *axis, in.rank()))] = Dim();
  c.output(0, c.type(0), Shape(std::move(dims)));
}

void evaluate(EvaluateContext& c) {
  const auto& axis = c.attrs<CompressAttributes>().axis;
  const Tensor& condition = c.tensor(1);
  if (condition.type() != DType::boolean) c.fail("the condition must be of booleans");
  const Tensor in = axis ? c.tensor(0) : c.tensor(0).reshaped({c.tensor(0).count()});
  const auto along = static_cast<size_t>(normalizeAxis(axis.value_or(0), in.rank()));
  std::vector<int64_t> places;  // the condition may be shorter than the axis, or longer
  const int64_t count = std::min(condition.count(), in.dims()[along]);
  for (int64_t at = 0; at < count; ++at)
    if (loadNumber<bool>(viewOf(condition), at)) places.push_back(at);
  c.set(0, selectAlong(in, along, places));
}

int sinceFor(const Node& node, const Graph& graph) {
  const int byForm = node.as<CompressAttributes>().axis.value_or(0) < 0 ? 11 : 9;
  return std::max(byForm, sinceOfType({.base = 9, .bf16 = 28}, inputType(node, graph, 0)));
}

}  // namespace

constinit const Op compress{
    .name = "Compress",
    .since = 9,
    .sinceFor = sinceFor,
    .minInputs = 2,
    .maxInputs = 2,
    .attributes = CompressAttributes::read,
    .infer = infer,
    .evaluate = evaluate,
};

}  // namespace ridge::ops
