// The backend that runs lowered nodes one by one under the reference kernels.
#pragma once

#include "plan/backend.h"

namespace ridge {

const Backend& referenceBackend();

}  // namespace ridge
