// --require: "top1>=0.84", "value<3".
#pragma once

#include <map>
#include <string>
#include <vector>

namespace ridge::tool {

/// Error{usage} for a requirement that cannot be read or names no metric; before the work begins.
void checkRequirements(const std::vector<std::string>& requirements, const std::vector<std::string>& metrics);

/// Error{no} for the first one that does not hold.
void requireAll(const std::vector<std::string>& requirements, const std::map<std::string, double>& values);

}  // namespace ridge::tool
