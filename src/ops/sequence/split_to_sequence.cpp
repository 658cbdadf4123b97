// SplitToSequence.
#include "ops/sequence/sequence.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

struct SplitToAttributes : AttributesOf<SplitToAttributes> {
  int64_t axis = 0;
  int64_t keepdims = 1;  ///< ignored when sizes are given

  template <class Self, class V>
  static void visit(Self& self, V& v) {
    v("axis", self.axis);
    v("keepdims", self.keepdims);
  }
};

void infer(InferContext& c) {
  const auto& attrs = c.attrs<SplitToAttributes>();
  requireTensor(c, 0);
  ValueType element{.type = c.type(0)};
  if (const Shape& shape = c.shape(0); shape.ranked()) {
    c.require(shape.rank() > 0, "a scalar cannot be split");
    std::vector<Dim> dims = shape.dims();
    const auto axis = dims.begin() + static_cast<std::ptrdiff_t>(axisOf(c, attrs.axis, shape.rank()));
    if (c.has(1))
      *axis = Dim();
    else if (attrs.keepdims != 0)
      *axis = Dim(1);
    else
      dims.erase(axis);
    element.shape = Shape(std::move(dims));
  }
  outputSequence(c, element);
}

// One size for all (the last part may be smaller), or each part's.
std::vector<int64_t> sizesOf(const EvaluateContext& c, int64_t whole) {
  if (!c.has(1)) return std::vector<int64_t>(static_cast<size_t>(whole), 1);
  const Tensor& given = c.tensor(1);
  if (given.rank() > 1 || (given.type() != DType::i64 && given.type() != DType::i32))
    c.fail("the sizes are no integers");
  std::vector<int64_t> sizes = toInts(given);
  if (given.rank() == 0) {
    const int64_t size = sizes.front();
    if (size < 1) c.fail("the size of the parts is below 1");
    sizes.assign(static_cast<size_t>(whole / size), size);
    if (whole % size != 0) sizes.push_back(whole % size);
    return sizes;
  }
  int64_t sum = 0;
  for (const int64_t size : sizes)
    if (size < 0 || __builtin_add_overflow(sum, size, &sum)) c.fail("a size is out of range");
  if (sum != whole) c.fail("the sizes do not add up to the dimension");
  return sizes;
}

void evaluate(EvaluateContext& c) {
  const auto& attrs = c.attrs<SplitToAttributes>();
  const Tensor& whole = c.tensor(0);
  if (whole.rank() == 0) c.fail("a scalar cannot be split");
  const auto axis = static_cast<size_t>(normalizeAxis(attrs.axis, whole.rank()));
  const bool keep = c.has(1) || attrs.keepdims != 0;
  std::vector<Tensor> parts;
  int64_t first = 0;
  for (const int64_t size : sizesOf(c, whole.dims()[axis])) {
    parts.push_back(cut(c, whole, axis, first, size, keep));
    first += size;
  }
  c.set(0, Datum::ofSequence(std::move(parts)));
}

}  // namespace

constinit const Op splitToSequence{.name = "SplitToSequence",
                                   .since = 11,
                                   .sinceFor = sinceByType<SinceTable{.base = 11, .bf16 = 24}>,
                                   .minInputs = 1,
                                   .maxInputs = 2,
                                   .attributes = SplitToAttributes::read,
                                   .infer = infer,
                                   .evaluate = evaluate,
                                   .traits = kHoldsSequences};

}  // namespace ridge::ops
