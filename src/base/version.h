// Version of this build.
#pragma once

#include <string_view>

namespace ridge {

std::string_view version();

}  // namespace ridge
