// Everything that is offered comes from the program's own subcommands and options.
#include <fmt/format.h>

#include "base/error.h"
#include "base/text.h"
#include "commands.h"
#include "common/flags.h"

namespace ridge::tool {

namespace {

struct Shown {
  std::vector<std::string> names;  // "--layers", "-o"
  std::string description;
  bool takesValue = false;
};

struct ShownCommand {
  std::string name, description;  // name "" for what comes before the subcommand
  std::vector<Shown> options;
};

std::vector<Shown> optionsOf(const CLI::App& app) {
  std::vector<Shown> options;
  for (const CLI::Option* option : app.get_options()) {
    Shown shown{{}, option->get_description(), option->get_items_expected_max() > 0};
    for (const std::string& name : option->get_lnames()) shown.names.push_back("--" + name);
    for (const std::string& name : option->get_snames()) shown.names.push_back("-" + name);
    if (!shown.names.empty()) options.push_back(std::move(shown));
  }
  return options;
}

/// The program's own flags first, then each subcommand's.
std::vector<ShownCommand> commandsOf(const CLI::App& program) {
  std::vector<ShownCommand> shown{{"", "", optionsOf(program)}};
  for (const CLI::App* sub : program.get_subcommands({}))
    shown.push_back({sub->get_name(), sub->get_description(), optionsOf(*sub)});
  return shown;
}

std::string joinedNames(const std::vector<Shown>& options) {
  std::string text;
  for (const Shown& option : options)
    for (const std::string& name : option.names) text += (text.empty() ? "" : " ") + name;
  return text;
}

std::string replaced(std::string text, std::string_view what, std::string_view with) {
  for (size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + with.size()))
    text.replace(at, what.size(), with);
  return text;
}

/// In single quotes of a POSIX shell (and of zsh).
std::string quoted(const std::string& text) {
  return "'" + replaced(text, "'", "'\\''") + "'";
}

/// Files stand wherever nothing else does: `complete -o default`.
std::string bashScript(const std::vector<ShownCommand>& commands) {
  std::string names, cases;
  for (const ShownCommand& command : commands) {
    if (command.name.empty()) continue;
    names += (names.empty() ? "" : " ") + command.name;
    cases += fmt::format("    {}) words={} ;;\n", command.name, quoted(joinedNames(command.options)));
  }
  return fmt::format(R"(_ridge() {{
  local current=${{COMP_WORDS[COMP_CWORD]}} command= words={}
  [[ $COMP_CWORD -gt 1 ]] && command=${{COMP_WORDS[1]}}
  case $command in
{}  esac
  COMPREPLY=()
  if [[ $COMP_CWORD -eq 1 || $current == -* ]]; then COMPREPLY=($(compgen -W "$words" -- "$current")); fi
}}
complete -o default -F _ridge ridge
)",
                     quoted(names + " " + joinedNames(commands.front().options)), cases);
}

std::string zshScript(const std::vector<ShownCommand>& commands) {
  // _arguments gives brackets and colons a meaning.
  const auto plain = [](std::string text) {
    for (const char* mark : {"\\", "[", "]", ":"}) text = replaced(text, mark, std::string("\\") + mark);
    return text;
  };
  const auto arguments = [&](const std::vector<Shown>& options) {
    std::string text;
    for (const Shown& option : options)
      for (const std::string& name : option.names)
        text +=
            fmt::format(" \\\n        {}", quoted(fmt::format("*{}[{}]{}", name, plain(option.description),
                                                              option.takesValue ? ":value:_files" : "")));
    return text;
  };
  std::string list, cases;
  for (const ShownCommand& command : commands) {
    if (command.name.empty()) continue;
    list += fmt::format("    {}\n", quoted(command.name + ":" + plain(command.description)));
    cases += fmt::format("      {})\n        _arguments{} \\\n        '*:file:_files' ;;\n", command.name,
                         arguments(command.options));
  }
  return fmt::format(R"(#compdef ridge
_ridge() {{
  local -a commands=(
{}  )
  if ((CURRENT == 2)); then
    _describe command commands
    _arguments{}
  else
    case $words[2] in
{}    esac
  fi
}}
if [ "$funcstack[1]" = _ridge ]; then _ridge; else compdef _ridge ridge; fi
)",
                     list, arguments(commands.front().options), cases);
}

std::string fishScript(const std::vector<ShownCommand>& commands) {
  const auto literal = [](const std::string& text) {
    return "'" + replaced(replaced(text, "\\", "\\\\"), "'", "\\'") + "'";
  };
  std::string text;
  for (const ShownCommand& command : commands) {
    const std::string place =
        command.name.empty() ? "__fish_use_subcommand" : "__fish_seen_subcommand_from " + command.name;
    if (!command.name.empty())
      text += fmt::format("complete -c ridge -n __fish_use_subcommand -f -a {} -d {}\n", command.name,
                          literal(command.description));
    for (const Shown& option : command.options) {
      std::string names;
      for (const std::string& name : option.names)
        names += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
      text += fmt::format("complete -c ridge -n {}{} -d {}{}\n", literal(place), names,
                          literal(option.description), option.takesValue ? " -r" : "");
    }
  }
  return text;
}

int run(const CLI::App& program, const std::string& shell) {
  const std::vector<ShownCommand> commands = commandsOf(program);
  std::string script;
  if (shell == "bash")
    script = bashScript(commands);
  else if (shell == "zsh")
    script = zshScript(commands);
  else if (shell == "fish")
    script = fishScript(commands);
  else
    failUsage(fmt::format("there is no completion for '{}'", escaped(shell)), "SHELL",
              "use bash, zsh or fish");
  std::fwrite(script.data(), 1, script.size(), stdout);
  return 0;
}

}  // namespace

std::function<int()> addCompletion(CLI::App& app) {
  auto shell = std::make_shared<std::string>();
  app.add_option("SHELL", *shell, "bash, zsh or fish")->required();
  return [&app, shell] { return run(*app.get_parent(), *shell); };
}

}  // namespace ridge::tool
