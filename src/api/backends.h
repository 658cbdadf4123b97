// The list of backends: the one place that knows them all.
#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "plan/backend.h"

namespace ridge {

std::span<const Backend* const> allBackends();

/// Backends that plan for a device, in order of preference. Error{machine} for a device that this build
/// lacks.
std::vector<const Backend*> backendsFor(std::string_view device);

}  // namespace ridge
