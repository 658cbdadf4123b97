// Messages of the library go to whoever listens; by default nobody.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string_view>

namespace ridge {

enum class LogLevel { debug, info, warning, error };

/// Called from any thread, also from several at once.
using LogSink = std::function<void(LogLevel level, std::string_view message)>;

/// An empty sink ends logging. Messages below `least` are dropped.
void setLogSink(LogSink sink, LogLevel least = LogLevel::info);

/// Whether a message of this level would reach anybody: ask before costly formatting.
bool logs(LogLevel level) noexcept;

void logMessage(LogLevel level, std::string_view message);

/// logAt(LogLevel::warning, "cannot write {}", path): formatted only when somebody listens.
template <class... Args>
void logAt(LogLevel level, fmt::format_string<Args...> format, Args&&... args) {
  if (logs(level)) logMessage(level, fmt::format(format, std::forward<Args>(args)...));
}

}  // namespace ridge
