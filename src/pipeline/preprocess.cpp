#include "pipeline/preprocess.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/error.h"
#include "base/text.h"

namespace ridge::pipeline {
namespace {

/// The picture on its way: 8-bit pixels until the first arithmetic step, float32 (still HWC) from then on.
class Stage {
 public:
  explicit Stage(const Picture& picture) : picture_(picture) {}

  void operator()(const ResizeShorterStep& step) {
    const auto [height, width] = sizeWithShorterSide(picture_.height, picture_.width, step.size);
    picture_ = resize(picture_, height, width, step.sampling);
  }
  void operator()(const ResizeStep& step) {
    picture_ = resize(picture_, step.height, step.width, step.sampling);
  }
  void operator()(const LetterboxStep& step) { picture_ = letterbox(picture_, step.box, step.sampling); }
  void operator()(const CenterCropStep& step) { picture_ = centerCrop(picture_, step.height, step.width); }
  void operator()(const PadStep& step) { picture_ = pad(picture_, step.pad); }
  void operator()(const BgrStep&) {
    if (values_.empty() || picture_.channels != 3) {
      picture_ = swapRedBlue(std::move(picture_));
      return;
    }
    for (size_t at = 0; at < values_.size(); at += 3) std::swap(values_[at], values_[at + 2]);
  }
  void operator()(const ScaleStep& step) {
    apply(step.factor, [](float x, float factor) { return x * factor; });
  }
  void operator()(const SubtractStep& step) {
    apply(step.value, [](float x, float value) { return x - value; });
  }
  void operator()(const DivideStep& step) {
    apply(step.value, [](float x, float value) { return x / value; });
  }
  void operator()(const NormalizeStep& step) {
    (*this)(SubtractStep{step.mean});
    (*this)(DivideStep{step.std});
  }
  void operator()(const LayoutStep& step) { layout_ = step.layout; }
  void operator()(const CastStep& step) { type_ = step.type; }

  Tensor finish() {
    toFloat();
    const int64_t height = picture_.height, width = picture_.width, channels = picture_.channels;
    const bool nchw = layout_ == Layout::nchw;
    Tensor tensor = Tensor::allocate(
        DType::f32, nchw ? Dims{1, channels, height, width} : Dims{1, height, width, channels});
    const std::span<float> out = tensor.mutableAs<float>();
    if (nchw) {
      const auto planes = static_cast<size_t>(channels), plane = static_cast<size_t>(height * width);
      for (size_t c = 0; c < planes; ++c)
        for (size_t i = 0; i < plane; ++i) out[c * plane + i] = values_[i * planes + c];
    } else {
      std::copy(values_.begin(), values_.end(), out.begin());
    }
    return type_ == DType::f32 ? tensor : fromDoubles(type_, tensor.dims(), toDoubles(tensor));
  }

 private:
  void toFloat() {
    if (values_.empty()) values_.assign(picture_.pixels.begin(), picture_.pixels.end());
  }

  template <class Fn>
  void apply(const ChannelValues& step, Fn fn) {
    const auto channels = static_cast<size_t>(picture_.channels);
    if (step.perChannel && step.values.size() != channels)
      failInput(fmt::format("{} values stand for a picture of {} channels", step.values.size(), channels), {},
                "give one value, or one for each channel");
    toFloat();
    for (size_t channel = 0; channel < channels; ++channel) {
      const auto value = static_cast<float>(step.values[step.perChannel ? channel : 0]);
      for (size_t at = channel; at < values_.size(); at += channels) values_[at] = fn(values_[at], value);
    }
  }

  Picture picture_;
  std::vector<float> values_;
  Layout layout_ = Layout::nchw;
  DType type_ = DType::f32;
};

}  // namespace

Tensor preprocess(const Picture& picture, const InputSpec& input) {
  Stage stage(picture);
  for (size_t i = 0; i < input.steps.size(); ++i)
    withContext(
        [&] { return fmt::format("inputs.{}[{}] {}", escaped(input.name), i, stepName(input.steps[i])); },
        [&] { std::visit(stage, input.steps[i]); });
  return stage.finish();
}

std::map<std::string, Tensor> networkInputs(const Sample& sample, const Spec& spec) {
  if (const auto* arrays = std::get_if<std::map<std::string, Tensor>>(&sample.content)) {
    for (const InputSpec& input : spec.inputs)
      if (!arrays->contains(input.name))
        failInput("the sample has no array for the input " + ridge::inQuotes(input.name), sample.name,
                  "name the arrays like the network's inputs");
    return *arrays;
  }
  return withContext([&] { return sample.name; },
                     [&] {
                       std::map<std::string, Tensor> inputs;
                       for (const InputSpec& input : spec.inputs)
                         inputs[input.name] = preprocess(std::get<Picture>(sample.content), input);
                       return inputs;
                     });
}

}  // namespace ridge::pipeline
