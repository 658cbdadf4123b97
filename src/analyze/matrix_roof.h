// The roof of a machine's matrix units, beside that of the units that a request asks for.
#pragma once

#include <optional>

#include "analyze/roof.h"

namespace ridge::analyze {

/// Of the target's matrix units (tensor cores, AMX) in fp16, else bf16, else tf32; nothing where it has none
/// or `roofs`, the answer to the same request, are theirs already. Measured where `roofs` are: what units
/// could do, not what the kernels of today reach. Errors as of roofsOf.
std::optional<Roof> matrixRoofOf(const RoofRequest& request, const Roofs& roofs);

}  // namespace ridge::analyze
