// Opset and IR versions: what is known, and which IR version a file of an opset needs at least.
#pragma once

#include <cstdint>
#include <string_view>

namespace ridge::onnx {

inline constexpr int64_t kOldestOpset = 1;
inline constexpr int64_t kOldestWrittenOpset = 7;  ///< of the forms that we write, none is older
inline constexpr int64_t kNewestOpset = 28;
inline constexpr int64_t kNewestIrVersion = 14;

/// Lowest IR version whose release knew this opset of the standard domain, and at least 4: below that, every
/// initializer would have to be a graph input as well.
int64_t irVersionFor(int64_t opset);

/// The name under which both spellings of the standard domain are known: "ai.onnx" becomes "".
std::string_view canonicalDomain(std::string_view domain);

}  // namespace ridge::onnx
