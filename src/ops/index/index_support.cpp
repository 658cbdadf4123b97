#include "ops/index/index_support.h"

#include <cstring>

namespace ridge::ops {

void requireIntegers(const InferContext& c, size_t input) {
  const DType type = c.type(input);
  if (type == DType::undefined || isInteger(type)) return;
  c.fail("elements of type " + std::string(name(type)) + " where integers are needed");
}

void requireOne(const InferContext& c, size_t input) {
  if (!c.has(input) || !c.shape(input).isStatic() || *c.shape(input).count() == 1) return;
  c.fail("input " + std::to_string(input) + " has " + std::to_string(*c.shape(input).count()) +
         " elements, one is needed");
}

std::optional<int64_t> knownScalar(const InferContext& c, size_t input) {
  requireIntegers(c, input);
  requireOne(c, input);
  const auto values = c.integers(input);
  if (!values || values->size() != 1) return std::nullopt;
  return values->front();
}

int64_t scalarOf(const KernelContext& k, size_t input, int64_t otherwise) {
  return k.has(input) ? loadNumber<int64_t>(k.input(input), 0) : otherwise;
}

int64_t indexIn(const KernelContext& k, int64_t index, int64_t size) {
  if (index < -size || index >= size)
    k.fail("index " + std::to_string(index) + " is out of range for " + std::to_string(size) + " elements");
  return index < 0 ? index + size : index;
}

Lines linesOf(std::span<const int64_t> dims, size_t axis) {
  Lines lines{.length = dims[axis], .stride = elementCount(dims.subspan(axis + 1)), .count = 0};
  lines.count = elementCount(dims.first(axis)) * lines.stride;
  return lines;
}

TensorView viewOf(const Tensor& tensor) {
  return {tensor.type(), tensor.dims(), const_cast<std::byte*>(tensor.bytes().data())};
}

Tensor vectorOf(std::span<const int64_t> values) {
  return Tensor::of({static_cast<int64_t>(values.size())}, values);
}

namespace {

Tensor selectStrings(const Tensor& from, const Lines& lines, Dims dims, std::span<const int64_t> places) {
  std::vector<std::string> values;
  const int64_t outer = lines.count == 0 ? 0 : lines.count / lines.stride;
  for (int64_t row = 0; row < outer; ++row)
    for (int64_t place : places)
      for (int64_t at = 0; at < lines.stride; ++at)
        values.push_back(
            from.strings()[static_cast<size_t>((row * lines.length + place) * lines.stride + at)]);
  return Tensor::ofStrings(std::move(dims), std::move(values));
}

}  // namespace

Tensor selectAlong(const Tensor& from, size_t axis, std::span<const int64_t> places) {
  Dims dims = from.dims();
  dims[axis] = static_cast<int64_t>(places.size());
  const Lines lines = linesOf(from.dims(), axis);
  if (from.type() == DType::string) return selectStrings(from, lines, std::move(dims), places);
  if (bitsOf(from.type()) < 8)
    failInput("there is no kernel for elements of type " + std::string(name(from.type())));
  Tensor made = Tensor::allocate(from.type(), std::move(dims));
  if (made.count() == 0) return made;
  const size_t bytes = bytesOf(from.type(), lines.stride);
  std::byte* to = made.mutableBytes().data();
  for (int64_t row = 0; row < lines.count / lines.stride; ++row)
    for (int64_t place : places) {
      const auto source = static_cast<size_t>(row * lines.length + place);
      std::memcpy(to, from.bytes().data() + source * bytes, bytes);
      to += bytes;
    }
  return made;
}

}  // namespace ridge::ops
