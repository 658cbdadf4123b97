#include "ops/elementwise/elementwise.h"

namespace ridge::ops {

namespace {

void requireNumbers(const InferContext& c, DType type) {
  if (type == DType::undefined || isFloat(type) || isInteger(type)) return;
  c.fail("elements of type " + std::string(name(type)) + ", numbers are needed");
}

}  // namespace

void inferFloat(InferContext& c) {
  const DType type = c.type(0);
  if (type != DType::undefined && !isFloat(type))
    c.fail("elements of type " + std::string(name(type)) + ", a float type is needed");
  inferSameAsInput(c);
}

void inferNumber(InferContext& c) {
  requireNumbers(c, c.type(0));
  inferSameAsInput(c);
}

void inferNumbers(InferContext& c) {
  requireNumbers(c, requireSameType(c));
  inferBroadcast(c);
}

void inferComparison(InferContext& c) {
  requireNumbers(c, requireSameType(c));
  inferBroadcastAs(c, DType::boolean);
}

void inferIntegers(InferContext& c) {
  const DType type = requireSameType(c);
  if (type != DType::undefined && !isInteger(type))
    c.fail("elements of type " + std::string(name(type)) + ", integers are needed");
  inferBroadcast(c);
}

void inferLogic(InferContext& c) {
  const DType type = requireSameType(c);
  if (type != DType::undefined && type != DType::boolean)
    c.fail("elements of type " + std::string(name(type)) + ", booleans are needed");
  inferBroadcastAs(c, DType::boolean);
}

void requireReal(const KernelContext& k) {
  const DType type = k.input(0).type;
  if (numberClassOf(type) != NumberClass::real)
    k.fail("there is no kernel for elements of type " + std::string(name(type)));
}

uint16_t emitSigmoid(ExprBuilder& b, uint16_t x) {
  const uint16_t one = b.constant(1.0f);
  return b.emit(ExprOp::div, one, b.emit(ExprOp::add, one, b.emit(ExprOp::exp, b.emit(ExprOp::neg, x))));
}

uint16_t emitExtreme(ExprBuilder& b, ExprOp instruction, uint16_t x, uint16_t y, bool xCanBeNan) {
  const uint16_t extreme = b.emit(instruction, x, y);
  if (!xCanBeNan) return extreme;
  return b.emit(ExprOp::select, b.emit(ExprOp::equal, x, x), extreme, x);
}

}  // namespace ridge::ops
