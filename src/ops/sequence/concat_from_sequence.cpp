// ConcatFromSequence: Concat of the tensors, along one of their axes or a new one.
#include "ops/evaluate.h"
#include "ops/movement/concat.h"
#include "ops/sequence/sequence.h"

namespace ridge::ops {
namespace {

struct ConcatFromAttributes : AttributesOf<ConcatFromAttributes> {
  int64_t axis = 0;
  int64_t newAxis = 0;

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v.required("axis", self.axis);
    v("new_axis", self.newAxis);
  }
};

void infer(InferContext& c) {
  requireSequence(c, 0);
  const auto& attrs = c.attrs<ConcatFromAttributes>();
  Shape shape = c.shape(0);
  if (shape.ranked()) {
    std::vector<Dim> dims = shape.dims();
    const int64_t axis = axisOf(c, attrs.axis, shape.rank() + (attrs.newAxis != 0));
    const auto place = dims.begin() + static_cast<std::ptrdiff_t>(axis);
    if (attrs.newAxis != 0)
      dims.insert(place, Dim());
    else
      *place = Dim();
    shape = Shape(std::move(dims));
  }
  c.output(0, c.type(0), shape);
}

void evaluate(EvaluateContext& c) {
  const auto& attrs = c.attrs<ConcatFromAttributes>();
  std::vector<Tensor> tensors = c.sequence(0);
  if (tensors.empty()) c.fail("the sequence is empty");
  ConcatAttributes joined;
  const int64_t rank = tensors.front().rank() + (attrs.newAxis != 0);
  joined.axis = normalizeAxis(attrs.axis, rank);
  if (attrs.newAxis != 0)
    for (Tensor& tensor : tensors) {
      Dims dims = tensor.dims();
      if (tensor.rank() + 1 != rank) c.fail("the tensors have different numbers of dimensions");
      dims.insert(dims.begin() + static_cast<std::ptrdiff_t>(joined.axis), 1);
      tensor = tensor.reshaped(std::move(dims));
    }
  Node node{.op = &concat, .attrs = std::make_shared<const ConcatAttributes>(joined), .out = {0}};
  node.in.resize(tensors.size(), 0);
  c.set(0, evaluateNode(node, tensors).at(0));
}

}  // namespace

constinit const Op concatFromSequence{.name = "ConcatFromSequence",
                                      .since = 11,
                                      .attributes = ConcatFromAttributes::read,
                                      .infer = infer,
                                      .evaluate = evaluate,
                                      .traits = kHoldsSequences};

}  // namespace ridge::ops
