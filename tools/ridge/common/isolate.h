// Work in a process of its own: whatever happens to it, the command goes on.
#pragma once

#include <functional>
#include <string>

namespace ridge::tool {

struct IsolatedResult {
  std::string said;     ///< everything that the work wrote
  std::string problem;  ///< "" when it came to its end; else how it ended, as a phrase: "was killed by ..."
};

/// Runs `work` in a forked process with a limit of wall time; `say` passes text to the caller. Only this
/// thread comes along, so the caller must not have started others. Exceptions must not leave `work`. Error
/// for Ctrl-C, Error{machine} when there can be no further process.
IsolatedResult runIsolated(
    const std::function<void(const std::function<void(const std::string&)>& say)>& work, double seconds);

}  // namespace ridge::tool
