#include <fmt/format.h>

#include <new>

#include "base/error.h"
#include "base/interrupt.h"
#include "base/text.h"
#include "base/version.h"
#include "command.h"
#include "common/output.h"
#include "common/output_files.h"

namespace {

using namespace ridge;

/// An unset variable of a script must not look like a flag that was not given.
void checkValues(const CLI::App& command) {
  for (const CLI::Option* option : command.get_options())
    for (const std::string& value : option->results())
      if (value.empty()) failUsage("an empty value", option->get_name(), "give it a value, or leave it out");
}

int parseAndRun(int argc, char** argv) {
  CLI::App app{"Makes trained networks fast and small, and proves that they still answer right."};
  app.name("ridge");
  app.set_version_flag("--version", "ridge " + std::string(version()));
  app.require_subcommand(1);
  std::function<int()> chosen;
  const CLI::App* command = nullptr;
  for (const tool::Command& known : tool::commands()) {
    CLI::App* sub = app.add_subcommand(std::string(known.name), std::string(known.summary));
    sub->footer("Example:\n  " + std::string(known.example));
    sub->callback([&, sub, run = known.add(*sub)] { chosen = run, command = sub; });
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    if (error.get_exit_code() == 0) return app.exit(error);
    failUsage(argc > 1 ? fmt::format("{} (given: {})", error.what(), ridge::escaped(argv[1])) : error.what(),
              "command line", "see `ridge --help`, or `ridge COMMAND --help`");
  }
  checkValues(*command);
  tool::checkOutputFiles(*command);
  const int code = chosen();
  tool::finishOutput();
  return code;
}

}  // namespace

int main(int argc, char** argv) {
  ridge::installInterruptHandler();
  const std::string json = ridge::tool::jsonFileOf(argc, argv);
  try {
    return parseAndRun(argc, argv);
  } catch (const ridge::Error& error) {
    // What waited when the signal came may have failed in its own way.
    return ridge::tool::report(ridge::interrupted() ? Error(ErrorCode::interrupted, "interrupted") : error,
                               json);
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
