#include "common/sample_inputs.h"

#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"

namespace ridge::tool {

void setSampleInputs(ExecutionContext& context, const NamedInputs& inputs) {
  const Plan& plan = context.plan();
  for (size_t port = 0; port < plan.inputs.size(); ++port) {
    const auto given = inputs.find(plan.inputs[port].name);
    if (given == inputs.end())
      failInput(fmt::format("the pipeline does not make the input '{}'", escaped(plan.inputs[port].name)),
                "inputs", "add it to the pipeline specification");
    context.setInput(port, given->second);
  }
}

}  // namespace ridge::tool
