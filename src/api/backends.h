// The list of backends: the one place that knows them all.
#pragma once

#include <string_view>
#include <vector>

#include "plan/backend.h"

namespace ridge {

std::vector<const Backend*> allBackends();

/// A device that the caller brings along: plans for `--device NAME` and engines made for it find these
/// backends, in order of preference; NAME is that of the first. They live as long as the process. Not to be
/// called while something is built or loaded.
void addDevice(std::vector<const Backend*> backends);

/// Backends that plan for a device, in order of preference. Error{machine} for a device that this build
/// lacks.
std::vector<const Backend*> backendsFor(std::string_view device);

}  // namespace ridge
