// The pipeline specification: how a picture becomes the network's inputs and what the output means
// (docs/cli.md).
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "ir/dtype.h"
#include "pipeline/geometry.h"
#include "pipeline/picture.h"

namespace ridge::pipeline {

/// One number for all channels, or one for each.
struct ChannelValues {
  std::vector<double> values;
  bool perChannel = false;  ///< false: exactly one value
  bool operator==(const ChannelValues&) const = default;
};

struct ResizeShorterStep {
  int size = 0;
  Sampling sampling;
  bool operator==(const ResizeShorterStep&) const = default;
};
struct ResizeStep {
  int height = 0, width = 0;
  Sampling sampling;
  bool operator==(const ResizeStep&) const = default;
};
struct LetterboxStep {
  Letterbox box;
  Sampling sampling;
  bool operator==(const LetterboxStep&) const = default;
};
struct CenterCropStep {
  int height = 0, width = 0;
  bool operator==(const CenterCropStep&) const = default;
};
struct PadStep {
  Pad pad;
  bool operator==(const PadStep&) const = default;
};
struct BgrStep {
  bool operator==(const BgrStep&) const = default;
};
struct ScaleStep {
  ChannelValues factor;
  bool operator==(const ScaleStep&) const = default;
};
struct SubtractStep {
  ChannelValues value;
  bool operator==(const SubtractStep&) const = default;
};
struct DivideStep {
  ChannelValues value;
  bool operator==(const DivideStep&) const = default;
};
struct NormalizeStep {
  ChannelValues mean, std;
  bool operator==(const NormalizeStep&) const = default;
};
enum class Layout { nchw, nhwc };
struct LayoutStep {
  Layout layout = Layout::nchw;
  bool operator==(const LayoutStep&) const = default;
};
struct CastStep {
  DType type = DType::f32;
  bool operator==(const CastStep&) const = default;
};

using Step = std::variant<ResizeShorterStep, ResizeStep, LetterboxStep, CenterCropStep, PadStep, BgrStep,
                          ScaleStep, SubtractStep, DivideStep, NormalizeStep, LayoutStep, CastStep>;

/// "resize_shorter", "scale", ...: the step's key in the file.
std::string_view stepName(const Step& step);

struct InputSpec {
  std::string name;  ///< of the network's input
  std::vector<Step> steps;
  bool operator==(const InputSpec&) const = default;
};

struct ClassificationTask {
  std::string output;       ///< name of the scores; "" for the network's only output
  int64_t labelOffset = 0;  ///< label + offset is the index in the output
  bool operator==(const ClassificationTask&) const = default;
};
using Task = std::variant<ClassificationTask>;

struct Spec {
  DecodeOptions decode;           ///< top-level keys "exif", "color", "background"; maxPixels is the caller's
  std::vector<InputSpec> inputs;  ///< in the file's order, at least one
  std::optional<Task> task;       ///< eval needs one, other commands do not
  bool operator==(const Spec&) const = default;
};

/// `name` is the file in errors. Throws Error{input} with the path of the key, e.g. `inputs.input[2].scal`,
/// for text that is not JSON, over 1 MiB or 64 levels deep, unknown or repeated keys, wrong types and values,
/// and steps in an order that makes no sense (geometry after arithmetic).
Spec parseSpec(std::string_view text, const std::string& name);

/// parseSpec of a file.
Spec readSpec(const std::filesystem::path& file);

/// Canonical text: every default spelled out, one form for each value. parseSpec(toJson(spec)) gives the same
/// spec.
std::string toJson(const Spec& spec);

}  // namespace ridge::pipeline
