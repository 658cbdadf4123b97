// The text of devices.json, which is part of the program.
#pragma once

#include <string_view>

namespace ridge::analyze {

std::string_view builtinDevicesJson();

}  // namespace ridge::analyze
