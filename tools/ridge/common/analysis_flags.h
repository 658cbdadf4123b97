// Values of flags that the analysing subcommands share.
#pragma once

#include <string>

#include "analyze/layer_cost.h"

namespace ridge::tool {

/// Error{usage} naming the flag and what it takes.
analyze::Precision precisionOfFlag(const std::string& text);
analyze::Convention conventionOfFlag(const std::string& text);

}  // namespace ridge::tool
