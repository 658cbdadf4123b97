// NonZero: the places of the elements that are not 0, one column each, in row-major order.
#include "ops/index/index_support.h"

namespace ridge::ops {
namespace {

void infer(InferContext& c) {
  const Dim rank = c.shape(0).ranked() ? Dim(c.shape(0).rank()) : Dim();
  c.output(0, DType::i64, Shape({rank, Dim()}));
}

template <class T>
std::vector<int64_t> placesOf(const TensorView& in) {
  std::vector<int64_t> places;
  for (int64_t at = 0, count = in.count(); at < count; ++at)
    if (loadNumber<T>(in, at) != T{}) places.push_back(at);
  return places;
}

void evaluate(EvaluateContext& c) {
  const Tensor& in = c.tensor(0);
  const std::vector<int64_t> places =
      withNumberClass(in.type(), [&]<class T>() { return placesOf<T>(viewOf(in)); });
  const auto count = static_cast<int64_t>(places.size());
  Tensor out = Tensor::allocate(DType::i64, {in.rank(), count});
  const Dims strides = rowMajorStrides(in.dims());
  const auto result = out.mutableAs<int64_t>();
  for (size_t axis = 0; axis < strides.size(); ++axis)
    for (size_t at = 0; at < places.size(); ++at)
      result[axis * places.size() + at] = places[at] / strides[axis] % in.dims()[axis];
  c.set(0, std::move(out));
}

}  // namespace

constinit const Op nonZero{
    .name = "NonZero",
    .since = 9,
    .sinceFor = sinceByType<SinceTable{.base = 9}>,
    .infer = infer,
    .evaluate = evaluate,
};

}  // namespace ridge::ops
