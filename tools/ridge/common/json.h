// JSON documents: keys in the order in which they are set, numbers that are not finite as null with a note.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "verify/verifier.h"

namespace ridge::tool {

using Json = nlohmann::ordered_json;

/// Sets a number, or null and `KEY_note`.
void setNumber(Json& object, const std::string& key, double value);

/// The keys of cli.md's verify and compare documents for one output or layer.
Json verdictJson(const Verdict& verdict);
Json verifyJson(const VerifyReport& report, bool withLayers);

}  // namespace ridge::tool
