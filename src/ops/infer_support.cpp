#include "ops/infer_support.h"

namespace ridge {

void inferSameAsInput(InferContext& c) {
  c.output(0, c.type(0), c.shape(0));
}

void inferBroadcast(InferContext& c) {
  inferBroadcastAs(c, requireSameType(c));
}

void inferBroadcastAs(InferContext& c, DType type, size_t first) {
  Shape shape = Shape::scalar();
  for (size_t at = first; at < c.inputCount(); ++at)
    if (c.has(at)) shape = broadcast(shape, c.shape(at));
  c.output(0, type, shape);
}

DType requireSameType(const InferContext& c, size_t first) {
  DType common = DType::undefined;
  for (size_t at = first; at < c.inputCount(); ++at) {
    const DType type = c.type(at);
    if (type == DType::undefined) continue;
    if (common != DType::undefined && type != common)
      c.fail("the inputs have different element types, " + std::string(name(common)) + " and " +
             std::string(name(type)));
    common = type;
  }
  return common;
}

void requireFloat(const InferContext& c, size_t input) {
  const DType type = c.type(input);
  if (type == DType::undefined || isFloat(type)) return;
  c.fail("elements of type " + std::string(name(type)) + " where floating-point ones are needed");
}

void requireRank(const InferContext& c, size_t input, int64_t least, int64_t most) {
  if (!c.has(input) || !c.shape(input).ranked()) return;
  const int64_t rank = c.shape(input).rank();
  if (rank >= least && (most < 0 || rank <= most)) return;
  std::string wanted = std::to_string(least);
  if (most < 0)
    wanted += " or more";
  else if (most != least)
    wanted += " to " + std::to_string(most);
  c.fail("input " + std::to_string(input) + " has " + std::to_string(rank) + " dimensions, " + wanted +
         " are needed");
}

void requireDims(const InferContext& c, size_t input, const std::vector<Dim>& wanted) {
  const Shape& shape = c.shape(input);
  if (!shape.ranked()) return;
  bool fits = shape.rank() == static_cast<int64_t>(wanted.size());
  for (size_t axis = 0; fits && axis < wanted.size(); ++axis) {
    const Dim& own = shape.dims()[axis];
    fits = !own.isInteger() || !wanted[axis].isInteger() || own.value() == wanted[axis].value();
  }
  if (!fits)
    c.fail("input " + std::to_string(input) + " has the shape " + shape.toString() + " instead of " +
           Shape(wanted).toString());
}

int64_t axisOf(const InferContext& c, int64_t axis, int64_t rank) {
  if (axis < -rank || axis >= rank)
    c.fail("axis " + std::to_string(axis) + " does not exist in a tensor of " + std::to_string(rank) +
           " dimensions");
  return axis < 0 ? axis + rank : axis;
}

DType typeOfNumber(const InferContext& c, int64_t number) {
  if (number <= 0 || number > 255 || !isKnown(static_cast<DType>(number)))
    c.fail("there is no element type with the number " + std::to_string(number));
  return static_cast<DType>(number);
}

Shape unknownShape(int64_t rank) {
  return Shape(std::vector<Dim>(static_cast<size_t>(rank)));
}

Dim productOf(std::span<const Dim> dims) {
  std::vector<int64_t> values;
  for (const Dim& dim : dims) {
    if (!dim.isInteger()) return Dim();
    values.push_back(dim.value());
  }
  return elementCount(values);
}

}  // namespace ridge
