// The x86-64 backend: always there, kernels chosen by instruction set at run time.
#pragma once

#include "plan/backend.h"

namespace ridge {

const Backend& cpuBackend();

}  // namespace ridge
