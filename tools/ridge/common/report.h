// Reports of documents as files.
#pragma once

#include <string>

#include "common/json.h"

namespace ridge::tool {

/// Writes the page, the plot, or both; "" for none. Each file appears whole or not at all; Error{machine}
/// with the path when it cannot be written. "schema" and "ridge", which Output::json adds to documents, are
/// added here too.
void writeReport(const Json& document, const std::string& htmlPath, const std::string& pngPath);

}  // namespace ridge::tool
