// Attributes that changed their name, type or default.
#include <fmt/format.h>

#include <cmath>
#include <utility>

#include "base/error.h"
#include "base/text.h"
#include "onnx/upgrade.h"

namespace ridge::onnx {

namespace {

// What the enumeration of element types calls them; Cast once named its type.
constexpr std::pair<std::string_view, DType> kTypeNames[] = {{"FLOAT", DType::f32},
                                                             {"UINT8", DType::u8},
                                                             {"INT8", DType::i8},
                                                             {"UINT16", DType::u16},
                                                             {"INT16", DType::i16},
                                                             {"INT32", DType::i32},
                                                             {"INT64", DType::i64},
                                                             {"STRING", DType::string},
                                                             {"BOOL", DType::boolean},
                                                             {"FLOAT16", DType::f16},
                                                             {"DOUBLE", DType::f64},
                                                             {"UINT32", DType::u32},
                                                             {"UINT64", DType::u64},
                                                             {"COMPLEX64", DType::complex64},
                                                             {"COMPLEX128", DType::complex128}};

}  // namespace

// Whether it trains shows in its outputs.
void dropIsTest(UpgradeContext& context) {
  context.take<int64_t>("is_test");
}

// Which outputs there are says the same.
void dropOutputSequence(UpgradeContext& context) {
  context.take<int64_t>("output_sequence");
}

void typeNameToNumber(UpgradeContext& context) {
  const auto* given = context.draft().attributes.find("to");
  if (!given || !std::holds_alternative<std::string>(*given)) return;
  const std::string wanted = *context.take<std::string>("to");
  for (const auto& [typeName, type] : kTypeNames)
    if (typeName == wanted) return context.draft().attributes.set("to", static_cast<int64_t>(type));
  failInput(fmt::format("the element type {} is not known", ridge::inQuotes(wanted)));
}

void secondAxisByDefault(UpgradeContext& context) {
  auto& attributes = context.draft().attributes;
  if (!attributes.find("axis")) attributes.set("axis", int64_t{1});
}

void shortSeluConstants(UpgradeContext& context) {
  auto& attributes = context.draft().attributes;
  if (!attributes.find("alpha")) attributes.set("alpha", 1.6732f);
  if (!attributes.find("gamma")) attributes.set("gamma", 1.0507f);
}

void powerToInteger(UpgradeContext& context) {
  const auto* given = context.draft().attributes.find("p");
  if (!given || !std::holds_alternative<float>(*given)) return;
  const float power = *context.take<float>("p");
  if (power != std::round(power) || power < 1 || power > 1e6f)
    failInput(fmt::format("a norm of power {} is not supported", power));
  context.draft().attributes.set("p", static_cast<int64_t>(power));
}

void refuseBatchedScan(UpgradeContext&) {
  failInput("Scan of opset 8, which runs over batches, is not supported", {},
            "export the model with opset 9 or newer");
}

// Until opset 15 regions were not shifted by half a pixel.
void unshiftedRegions(UpgradeContext& context) {
  context.draft().attributes.set("coordinate_transformation_mode", std::string("output_half_pixel"));
}

void sampleModeNames(UpgradeContext& context) {
  const auto mode = context.take<std::string>("mode");
  if (!mode) return;
  context.draft().attributes.set("mode", *mode == "bilinear"  ? "linear"
                                         : *mode == "bicubic" ? "cubic"
                                                              : *mode);
}

// Until opset 20 scale and bias had one element for each group; today they have one for each channel.
void scalesOfGroups(UpgradeContext& context) {
  const auto* given = context.draft().attributes.find("num_groups");
  const auto* groups = given ? std::get_if<int64_t>(given) : nullptr;
  const Shape& shape = context.input(0).shape;
  if (!groups || *groups < 1) failInput("attribute num_groups is missing or below 1");
  if (!shape.ranked() || shape.rank() < 2 || !shape[1].isInteger() || shape[1].value() % *groups != 0)
    failInput("the number of its channels is not known or no multiple of the groups", {},
              "give the model's inputs shapes, or export it with opset 21 or newer");
  const int64_t channels = shape[1].value();
  for (size_t at = 1; at < 3; ++at) {
    context.input(at);
    ValueId value = context.draft().in[at];
    value = context.before("Reshape", {}, {value, context.constant("column", {*groups, 1})});
    value =
        context.before("Expand", {}, {value, context.constant("repeated", {*groups, channels / *groups})});
    context.draft().in[at] = context.before("Reshape", {}, {value, context.constant("flat", {channels})});
  }
}

}  // namespace ridge::onnx
