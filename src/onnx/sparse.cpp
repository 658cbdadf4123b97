#include "onnx/sparse.h"

#include <fmt/format.h>

#include <cstring>

#include "base/error.h"

namespace ridge::onnx {

namespace {

// Places in row-major order.
std::vector<int64_t> placesOf(const Tensor& indices, const Dims& dims, int64_t values) {
  const auto rank = static_cast<int64_t>(dims.size());
  if (indices.type() != DType::i64) failInput("the indices of a sparse constant are int64");
  const bool flat = indices.dims() == Dims{values};
  if (!flat && indices.dims() != Dims{values, rank})
    failInput("a sparse constant has another number of indices than of values");
  if (flat) return toInts(indices);
  const Dims strides = rowMajorStrides(dims);
  const std::vector<int64_t> all = toInts(indices);
  std::vector<int64_t> places(static_cast<size_t>(values));
  for (size_t at = 0; at < places.size(); ++at)
    for (size_t axis = 0; axis < dims.size(); ++axis) {
      const int64_t index = all[at * dims.size() + axis];
      if (index < 0 || index >= dims[axis]) failInput("an index of a sparse constant is out of range");
      places[at] += index * strides[axis];
    }
  return places;
}

}  // namespace

Tensor sparseTensorFrom(wire::SparseTensorProto& message, const TensorSource& source) {
  const Dims dims(message.dims().begin(), message.dims().end());
  const int64_t count = elementCount(dims);
  if (count > source.maxElements)
    failInput(fmt::format("the tensor has {} elements, the limit is {}", count, source.maxElements), {},
              "raise the limit on elements if the model is trusted");
  const Tensor values = tensorFrom(*message.mutable_values(), source);
  if (values.rank() != 1) failInput("the values of a sparse constant are a vector");
  const int bits = bitsOf(values.type());
  if (bits < 8) failInput(fmt::format("sparse constants of type {} are not supported", name(values.type())));
  // Without values the indices may be left out.
  if (values.count() == 0) return Tensor::allocate(values.type(), dims);
  const Tensor indices = tensorFrom(*message.mutable_indices(), source);
  Tensor dense = Tensor::allocate(values.type(), dims);
  const auto width = static_cast<size_t>(bits / 8);
  int64_t last = -1;
  size_t at = 0;
  for (const int64_t place : placesOf(indices, dims, values.count())) {
    if (place <= last || place >= count)
      failInput("the indices of a sparse constant are out of range, out of order or twice");
    last = place;
    std::memcpy(dense.mutableBytes().data() + static_cast<size_t>(place) * width,
                values.bytes().data() + width * at++, width);
  }
  return dense;
}

}  // namespace ridge::onnx
