// Pictures as PNG files.
#pragma once

#include <cstddef>
#include <vector>

#include "report/canvas.h"

namespace ridge::report {

/// Error{machine} when there is no memory for it.
std::vector<std::byte> encodePng(const Canvas& canvas);

}  // namespace ridge::report
