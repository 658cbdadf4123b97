#include "common/output_files.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "base/atomic_file.h"
#include "base/error.h"
#include "base/text.h"
#include "common/flags.h"

namespace ridge::tool {

namespace fs = std::filesystem;

namespace {

/// What a flag, or an argument without one, says.
struct Named {
  std::string flag;
  std::string path;
};

bool sameFile(const std::string& a, const std::string& b) {
  if (a.empty() || b.empty()) return false;
  std::error_code ignored;
  if (fs::exists(a, ignored) && fs::exists(b, ignored)) return fs::equivalent(a, b, ignored);
  return fs::weakly_canonical(fs::absolute(a), ignored) == fs::weakly_canonical(fs::absolute(b), ignored);
}

/// Whether the command reads what the option says; those of other flags ("--tune off") are no paths.
bool readsPath(const CLI::Option& option) {
  constexpr std::array kFlags{"--data", "--device-file", "--engine", "--input", "--pipeline", "--reference"};
  return option.get_positional() ||
         std::any_of(kFlags.begin(), kFlags.end(), [&](const char* flag) { return option.check_name(flag); });
}

/// Paths that an argument may hold: "--input=x=a.npy,b.npy" itself, its items, and what follows any '=' in
/// them; of "-oFILE" what follows the letter.
std::vector<std::string> pathsIn(const std::string& text) {
  std::vector<std::string> items = splitCommas({text});
  items.push_back(text);
  if (text.size() > 2 && text[0] == '-' && text[1] != '-') items.push_back(text.substr(2));
  std::vector<std::string> paths;
  for (const std::string& item : items) {
    paths.push_back(item);
    for (size_t at = item.find('='); at != std::string::npos; at = item.find('=', at + 1))
      paths.push_back(item.substr(at + 1));
  }
  return paths;
}

bool readsFile(const std::string& argument, const std::string& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return false;
  const std::vector<std::string> paths = pathsIn(argument);
  return std::any_of(paths.begin(), paths.end(),
                     [&](const std::string& path) { return sameFile(path, file); });
}

/// Tries to: makes a temporary beside the file and takes it away again.
void checkWritable(const std::string& path) {
  const AtomicFile file(path);
}

}  // namespace

bool isSpecialFile(const std::string& path) {
  std::error_code ignored;
  const fs::file_status status = fs::status(path, ignored);
  return fs::exists(status) && !fs::is_regular_file(status) && !fs::is_directory(status);
}

void checkOutputFiles(const CLI::App& command) {
  std::vector<Named> written, read;
  std::vector<std::string> files;
  for (const CLI::Option* option : command.get_options()) {
    const bool file = option->get_type_name() == kWrittenFile;
    const bool writes = file || option->get_type_name() == kWrittenPlace;
    for (const std::string& value : option->results()) {
      if (writes && (value == "-" || isSpecialFile(value))) continue;
      if (writes || readsPath(*option)) (writes ? written : read).push_back({option->get_name(), value});
      if (file) files.push_back(value);
    }
  }
  for (size_t at = 0; at < written.size(); ++at) {
    for (size_t other = 0; other < at; ++other)
      if (sameFile(written[at].path, written[other].path))
        failUsage(fmt::format("{} and {} write the same file", written[other].flag, written[at].flag),
                  escaped(written[at].path), "give each a file of its own");
    for (const Named& input : read)
      if (readsFile(input.path, written[at].path))
        failUsage(fmt::format("{} would overwrite what {} gives", written[at].flag, input.flag),
                  escaped(written[at].path), "write to another file");
  }
  for (const std::string& file : files) checkWritable(file);
}

std::string jsonFileOf(int argc, const char* const* argv) {
  constexpr std::string_view kFlag = "--json", kFlagWithValue = "--json=";
  int place = 0;  // of the value
  std::string file;
  for (int at = 1; at < argc && place == 0; ++at) {
    const std::string_view argument = argv[at];
    if (argument == kFlag && at + 1 < argc) place = at + 1, file = argv[at + 1];
    if (argument.starts_with(kFlagWithValue)) place = at, file = argument.substr(kFlagWithValue.size());
  }
  for (int at = 1; at < argc; ++at)
    if (at != place && file != "-" && !isSpecialFile(file) && readsFile(argv[at], file)) return {};
  return file;
}

}  // namespace ridge::tool
