#include <fmt/format.h>

#include <cstring>
#include <new>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "base/version.h"
#include "command.h"
#include "common/output.h"

namespace {

using namespace ridge;

/// Where --json points, also when the command line as a whole is wrong.
std::string jsonFileOf(int argc, char** argv) {
  for (int at = 1; at < argc; ++at) {
    if (std::strcmp(argv[at], "--json") == 0 && at + 1 < argc) return argv[at + 1];
    if (std::strncmp(argv[at], "--json=", 7) == 0) return argv[at] + 7;
  }
  return {};
}

int parseAndRun(int argc, char** argv) {
  CLI::App app{"Makes trained networks fast and small, and proves that they still answer right."};
  app.name("ridge");
  app.set_version_flag("--version", "ridge " + std::string(version()));
  app.require_subcommand(1);
  std::function<int()> chosen;
  for (const tool::Command& command : tool::commands()) {
    CLI::App* sub = app.add_subcommand(std::string(command.name), std::string(command.summary));
    sub->footer("Example:\n  " + std::string(command.example));
    sub->callback([&chosen, run = command.add(*sub)] { chosen = run; });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    failUsage(argc > 1 ? fmt::format("{} (given: {})", error.what(), ridge::escaped(argv[1])) : error.what(),
              "command line", "see `ridge --help`, or `ridge COMMAND --help`");
  }
  const int code = chosen();
  tool::finishOutput();
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  ridge::installInterruptHandler();
  const std::string json = jsonFileOf(argc, argv);
  try {
    return parseAndRun(argc, argv);
  } catch (const ridge::Error& error) {
    return ridge::tool::report(error, json);
  } catch (const std::bad_alloc&) {
    return ridge::tool::report({ridge::ErrorCode::machine, "out of memory", "this process",
                                "use a smaller batch or a larger machine"},
                               json);
  } catch (const std::exception& error) {
    return ridge::tool::report({ridge::ErrorCode::internal,
                                fmt::format("internal error: {}", error.what()),
                                {},
                                "please report this with the command"},
                               json);
  }
}
