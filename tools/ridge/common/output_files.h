// Files that a command writes, looked at before it works: a mistyped folder shows at once, and nothing that
// is read is overwritten.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace ridge::tool {

/// The type names of flags that name what is written: a file whose place must be there, or a file or folder
/// that is made as needed.
inline constexpr const char* kWrittenFile = "FILE";
inline constexpr const char* kWrittenPlace = "PATH";

/// Of a command whose flags are parsed: Error{usage} when two flags write the same file, or one writes what
/// the command reads; Error{machine} when a file cannot be written there. Special files (/dev/null, pipes)
/// are not looked at.
void checkOutputFiles(const CLI::App& command);

/// It is there, and neither a file nor a folder: a pipe, a device.
bool isSpecialFile(const std::string& path);

/// The value of --json, wherever it stands; "" when there is none, or when another argument may name the same
/// file, whatever its flag: a command line that is wrong must not make its input a report of that.
std::string jsonFileOf(int argc, const char* const* argv);

}  // namespace ridge::tool
