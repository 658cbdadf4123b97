// What the runtime has to know about a plan's memories: which device runs a step, and when the host has to
// wait for one.
#pragma once

#include <span>
#include <vector>

#include "plan/backend.h"
#include "plan/plan.h"

namespace ridge {

/// The device memories of a plan, in its order. Throws Error{input} when no listed backend has one.
std::vector<const DeviceMemory*> deviceMemoriesOf(const Plan& plan, std::span<const Backend* const> backends);

/// Throws Error{input} unless the step runs in its backend's memory and reaches nothing but arrays there
/// (transfers: and one array of the host). Addresses of a device mean nothing to others: engines may come
/// from anywhere.
void requireOwnMemory(const Plan& plan, const KernelSpec& spec, const Backend& backend);

/// By step: all streams have to finish before it runs (of the host) or is enqueued (of a device), since it
/// touches host memory that an unfinished transfer of another stream writes, or writes what one reads.
std::vector<bool> waitsOf(const Plan& plan);

}  // namespace ridge
