// Inputs that a pipeline made of a sample, handed to a network.
#pragma once

#include "runtime/context.h"
#include "verify/truth.h"

namespace ridge::tool {

/// Error{input} for an input of the plan that the pipeline does not make.
void setSampleInputs(ExecutionContext& context, const NamedInputs& inputs);

}  // namespace ridge::tool
