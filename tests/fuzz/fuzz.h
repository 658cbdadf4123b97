// What one parser's fuzzer consists of, and what the driver gives it. The entry point has libFuzzer's
// signature, so that a coverage-guided engine can be linked in the driver's place.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "base/error.h"

/// 0: the input was taken; -1: refused as it should be. Anything that leaves it is a finding.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size);

namespace ridge::fuzz {

/// Inputs to begin with, made by the project's own writers. Defined by each fuzzer.
std::vector<std::string> seeds();
/// Mends what every input needs to get past the door: checksums. Defined by each fuzzer.
void repair(std::string& input);

/// Inputs with a refusal or result that is new go on being changed. Digits and quoted names do not count.
void noteOutcome(std::string_view sentence);

/// Runs a parser: 0, or -1 for the errors that are expected of bad input and of a machine without memory.
int accepts(const std::function<void()>& work);

inline std::span<const std::byte> bytesOf(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const std::byte*>(data), size};
}

/// The path of a file with these bytes, for parsers that want one; always the same file.
std::string asFile(const uint8_t* data, size_t size);
std::string contentOf(const std::string& path);

/// Stops with what was wrong; the driver keeps the input.
void require(bool holds, const char* sentence);

}  // namespace ridge::fuzz
