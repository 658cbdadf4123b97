// Ctrl-C: work stops at the next convenient place and cleans up; a second one stops at once.
#pragma once

namespace ridge {

/// For programs, once: SIGINT, SIGTERM and SIGHUP raise the flag below, but for those that are ignored when
/// the program begins (nohup, jobs of a script in the background): they stay ignored. A second signal removes
/// temporary files and exits with 130 at once. Calls that wait (open of a pipe, read, flock) end with EINTR:
/// whoever makes them asks throwIfInterrupted() and tries again. The library itself never installs handlers.
void installInterruptHandler();

bool interrupted() noexcept;

/// Error{interrupted} when the flag is raised. Long work calls it between its steps.
void throwIfInterrupted();

/// Raises the flag as a signal would; lowers it. For servers and tests.
void requestInterrupt() noexcept;
void clearInterrupt() noexcept;

}  // namespace ridge
