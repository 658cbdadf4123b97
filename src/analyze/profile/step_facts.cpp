#include "analyze/profile/step_facts.h"

#include <algorithm>

#include "plan/format.h"

namespace ridge::analyze {

namespace {

std::string_view orderOf(const ArraySpec& array) {
  for (const Order order : {Order::plain, Order::channelsLast})
    if (liesDense(array.dims, array.strides, order)) return name(order);
  return "strided";
}

const ArraySpec* firstPlaced(const std::vector<ArraySpec>& arrays) {
  const auto placed = std::find_if(arrays.begin(), arrays.end(), [](const ArraySpec& array) {
    return array.at.space != Space::none && array.at.space != Space::weights;
  });
  return placed == arrays.end() ? nullptr : &*placed;
}

/// What is read, else what is written; a step of constants or islands may have neither.
const ArraySpec* mainArray(const Step& step) {
  const ArraySpec* in = firstPlaced(step.kernel.in);
  return in ? in : firstPlaced(step.kernel.out);
}

}  // namespace

std::string kernelOf(const Step& step) {
  return step.control ? "control flow" : step.kernel.backend + "." + step.kernel.tactic;
}

std::string layoutOf(const Step& step) {
  const ArraySpec* const in = firstPlaced(step.kernel.in);
  const ArraySpec* const out = firstPlaced(step.kernel.out);
  if (!in && !out) return "";
  if (!in || !out) return std::string(orderOf(in ? *in : *out));
  const std::string_view from = orderOf(*in), to = orderOf(*out);
  if (from == to) return std::string(from);
  // One pixel, or one channel: both orders are the same bytes, and the other side's says more.
  for (const Order order : {Order::plain, Order::channelsLast})
    if (liesDense(in->dims, in->strides, order) && liesDense(out->dims, out->strides, order))
      return std::string(name(order));
  return std::string(from) + " to " + std::string(to);
}

Precision arithmeticOf(const Step& step) {
  const ArraySpec* const array = mainArray(step);
  const DType type = array ? array->type : DType::f32;
  if (type == DType::f64) return Precision::fp64;
  if (step.macs > 0 && (type == DType::i8 || type == DType::u8)) return Precision::int8;
  return Precision::fp32;  // narrow floats are widened first
}

std::string precisionTextOf(const Step& step) {
  const ArraySpec* const array = mainArray(step);
  if (step.macs > 0 || !array || isFloat(array->type)) return std::string(name(arithmeticOf(step)));
  return std::string(name(array->type));
}

}  // namespace ridge::analyze
