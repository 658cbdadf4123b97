// EyeLike: ones on a diagonal, zeros elsewhere, in the shape of the input.
#include <optional>

#include "ops/index/index_support.h"

namespace ridge::ops {
namespace {

struct EyeLikeAttributes : AttributesOf<EyeLikeAttributes> {
  std::optional<int64_t> dtype;  // absent: the input's
  int64_t k = 0;                 // how far the diagonal is to the right

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("dtype", self.dtype);
    v("k", self.k);
  }
};

void infer(InferContext& c) {
  const auto& attrs = c.attrs<EyeLikeAttributes>();
  requireRank(c, 0, 2, 2);
  const DType type = attrs.dtype ? typeOfNumber(c, *attrs.dtype) : c.type(0);
  c.require(type == DType::undefined || isFloat(type) || isInteger(type) || type == DType::boolean,
            "the diagonal must be of numbers or booleans");
  c.output(0, type, c.shape(0));
}

void reference(KernelContext& k) {
  const TensorView& out = k.output(0);
  const int64_t rows = out.dims[0], columns = out.dims[1];
  const int64_t diagonal = std::clamp(k.attrs<EyeLikeAttributes>().k, -rows, columns);
  for (int64_t at = 0; at < out.count(); ++at) {
    const bool one = at % columns - at / columns == diagonal;
    storeNumber(out, at, one);
  }
}

int sinceFor(const Node& node, const Graph& graph) {
  const auto& dtype = node.as<EyeLikeAttributes>().dtype;
  const SinceTable table{.base = 9, .bf16 = 22};
  const int made = dtype ? sinceOfType(table, static_cast<DType>(*dtype)) : 9;
  return std::max(made, sinceOfType(table, inputType(node, graph, 0)));
}

}  // namespace

constinit const Op eyeLike{
    .name = "EyeLike",
    .since = 9,
    .sinceFor = sinceFor,
    .attributes = EyeLikeAttributes::read,
    .infer = infer,
    .reference = reference,
};

}  // namespace ridge::ops
