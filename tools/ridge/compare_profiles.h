// `ridge compare` of profiles and plans: layer by layer, not tensor by tensor.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "common/output.h"

namespace ridge::tool {

/// One at least is a profile, the other one may be an engine: its plan, without times. Returns the exit code;
/// `require` knows "ratio", the latency of the second in parts of the first's. Error{input} for JSON that is
/// no profile.
int compareProfiles(const std::array<std::string, 2>& paths, bool layers,
                    const std::vector<std::string>& require, const Output& out);

/// Of two engines: what their plans do differently, as the JSON of compareProfiles' layers; and a table.
Json comparePlans(const std::array<std::string, 2>& engines, const Output& out);

}  // namespace ridge::tool
