// ConstantOfShape.
#include "ops/shape/constant_of_shape.h"

#include <cstring>

#include "ops/infer_support.h"
#include "ops/movement/moves.h"
#include "ops/ops.h"
#include "ops/since_support.h"

namespace ridge::ops {
namespace {

Shape shapeFrom(const InferContext& c) {
  if (const auto dims = c.contents(0)) {
    for (const Dim& dim : *dims)
      c.require(!dim.isInteger() || dim.value() >= 0, "the shape has a negative dimension");
    return Shape(*dims);
  }
  const Shape& length = c.shape(0);
  const bool vector = length.ranked() && length.rank() == 1 && length[0].isInteger();
  if (!vector || length[0].value() < 0 || length[0].value() > 32) return Shape();
  return unknownShape(length[0].value());
}

void infer(InferContext& c) {
  constexpr int64_t kMostContents = 4096;
  const auto& value = c.attrs<ConstantOfShapeAttributes>().value;
  c.require(!value || value->count() == 1, "the value must have exactly one element");
  const Shape shape = shapeFrom(c);
  c.output(0, value ? value->type() : DType::f32, shape);
  if (!value || value->type() != DType::i64 || !shape.isStatic() || shape.rank() > 1) return;
  const int64_t count = elementCount(shape.staticDims());
  if (count > kMostContents) return;
  c.outputContents(0, std::vector<Dim>(static_cast<size_t>(count), Dim(value->as<int64_t>()[0])));
}

void reference(KernelContext& k) {
  const auto& value = k.attrs<ConstantOfShapeAttributes>().value;
  const TensorView& out = k.output(0);
  if (!value) {
    std::memset(out.data, 0, bytesOf(out.type, out.count()));
    return;
  }
  const TensorView from{value->type(), {}, const_cast<std::byte*>(value->bytes().data())};
  const ElementMover mover(k, from, out);
  for (int64_t at = 0; at < out.count(); ++at) mover.move(0, at);
}

int sinceFor(const Node& node, const Graph&) {
  const auto& value = node.as<ConstantOfShapeAttributes>().value;
  return sinceOfType({.base = 9, .bf16 = 20, .float8 = 20}, value ? value->type() : DType::f32);
}

}  // namespace

constinit const Op constantOfShape{
    .name = "ConstantOfShape",
    .since = 9,
    .sinceFor = sinceFor,
    .attributes = ConstantOfShapeAttributes::read,
    .infer = infer,
    .reference = reference,
};

}  // namespace ridge::ops
