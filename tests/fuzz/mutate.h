// Changes of inputs by chance.
#pragma once

#include <random>
#include <string>

namespace ridge::fuzz {

constexpr size_t kLargestInput = size_t{1} << 20;

/// One to eight changes: bits, bytes, integers that are often forgotten, runs, truncation, parts of `other`.
void mutate(std::string& input, const std::string& other, std::mt19937_64& random);

}  // namespace ridge::fuzz
