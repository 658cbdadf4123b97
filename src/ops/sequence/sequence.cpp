#include "ops/sequence/sequence.h"

#include <cstring>

#include "ops/control/control.h"

namespace ridge::ops {

void requireSequence(const InferContext& c, size_t input) {
  const Container container = c.valueType(input).container;
  c.require(container == Container::sequence || container == Container::optionalSequence ||
                c.type(input) == DType::undefined,
            "its input is no sequence");
}

void requireTensor(const InferContext& c, size_t input) {
  if (c.has(input))
    c.require(c.valueType(input).container == Container::tensor, "one of its inputs is no tensor");
}

ValueType elementOf(const InferContext& c, size_t input) {
  ValueType type = c.valueType(input);
  type.container = Container::tensor;
  type.contents.reset();
  return type;
}

void outputSequence(InferContext& c, ValueType element) {
  element.container = Container::sequence;
  element.contents.reset();
  c.output(0, element);
}

size_t positionOf(const EvaluateContext& c, size_t input, size_t length, size_t most) {
  const Tensor& given = c.tensor(input);
  if ((given.type() != DType::i64 && given.type() != DType::i32) || given.count() != 1)
    c.fail("the position is not one integer");
  int64_t position = toInts(given).front();
  if (position < 0) position += static_cast<int64_t>(length);
  if (position < 0 || position > static_cast<int64_t>(most))
    c.fail("the position " + std::to_string(toInts(given).front()) + " is outside of a sequence of " +
           std::to_string(length));
  return static_cast<size_t>(position);
}

Tensor cut(const EvaluateContext& c, const Tensor& whole, size_t axis, int64_t first, int64_t count,
           bool keep) {
  Dims dims = whole.dims();
  const int64_t length = dims[axis];
  const int64_t outer = elementCount(std::span(dims).first(axis));
  const int64_t inner = elementCount(std::span(dims).subspan(axis + 1));
  if (keep)
    dims[axis] = count;
  else
    dims.erase(dims.begin() + static_cast<std::ptrdiff_t>(axis));
  if (whole.type() == DType::string) {
    std::vector<std::string> strings;
    for (int64_t row = 0; row < outer; ++row) {
      const auto begin = whole.strings().begin() + (row * length + first) * inner;
      strings.insert(strings.end(), begin, begin + count * inner);
    }
    return Tensor::ofStrings(std::move(dims), std::move(strings));
  }
  const int bits = bitsOf(whole.type());
  if (bits == 0 || inner * bits % 8 != 0)
    c.fail("elements of type " + std::string(name(whole.type())) + " cannot be taken apart here");
  Tensor part = Tensor::allocate(whole.type(), std::move(dims));
  const auto unit = static_cast<size_t>(inner * bits / 8);
  if (part.count() == 0) return part;
  for (int64_t row = 0; row < outer; ++row)
    std::memcpy(part.mutableBytes().data() + static_cast<size_t>(row * count) * unit,
                whole.bytes().data() + static_cast<size_t>(row * length + first) * unit,
                static_cast<size_t>(count) * unit);
  return part;
}

}  // namespace ridge::ops
