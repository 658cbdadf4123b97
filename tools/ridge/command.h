// A subcommand. To add one: its file, its line in list.cpp.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <span>
#include <string_view>

namespace ridge::tool {

struct Command {
  std::string_view name, summary, example;
  /// Adds flags to `app` and returns what runs when they have been parsed; its result is the exit code.
  std::function<int()> (*add)(CLI::App& app);
};

std::span<const Command> commands();

}  // namespace ridge::tool
