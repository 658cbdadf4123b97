// From a sample to the tensors that the network takes.
#pragma once

#include <map>
#include <string>

#include "ir/tensor.h"
#include "pipeline/data_set.h"
#include "pipeline/spec.h"

namespace ridge::pipeline {

/// Runs the steps in order: geometry on 8 bits, arithmetic in float32. The result has a leading batch axis of
/// 1 and is NCHW where the steps name no layout; float32 where they cast to nothing else. Throws Error{input}
/// naming the step.
Tensor preprocess(const Picture& picture, const InputSpec& input);

/// Every input of the network by name: a picture goes through each input's steps, arrays are taken as they
/// are. Throws Error{input} when the sample is arrays and lacks one that the specification names.
std::map<std::string, Tensor> networkInputs(const Sample& sample, const Spec& spec);

}  // namespace ridge::pipeline
