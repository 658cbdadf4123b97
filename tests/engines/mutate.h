// Plans with one thing changed, as somebody would who wants to read or write where he may not.
#pragma once

#include <random>

#include "engine/engine_data.h"

namespace ridge::test {

/// Changes one to three numbers, names or lists of `plan`.
void mutate(Plan& plan, std::mt19937& random);

}  // namespace ridge::test
