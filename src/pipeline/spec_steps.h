// Steps of a pipeline specification from and to JSON. Private to this folder.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "pipeline/json_reader.h"
#include "pipeline/spec.h"

namespace ridge::pipeline {

Step parseStep(const JsonReader& reader);
Json toJsonValue(const Step& step);

/// Throws unless geometry comes before arithmetic and layout, layout stands once, and nothing but layout
/// follows cast.
void checkOrder(const std::vector<Step>& steps, const JsonReader& list);

/// One number from 0 to 255 for all channels, or a list of three.
std::array<uint8_t, 3> parseColor(const JsonReader& reader);
Json colorToJson(const std::array<uint8_t, 3>& color);

}  // namespace ridge::pipeline
