#include "common/output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "base/atomic_file.h"
#include "base/clock.h"
#include "base/text.h"
#include "base/version.h"
#include "common/output_files.h"

namespace ridge::tool {

namespace {

bool isNumber(const std::string& cell) {
  return !cell.empty() && cell.find_first_not_of("0123456789.+-eE %x~") == std::string::npos &&
         cell.find_first_of("0123456789") != std::string::npos;
}

enum class Letters : uint8_t { all, ascii /** others escaped: a terminal obeys some of them */ };

std::string dumped(const Json& document, Letters letters) {
  // Names from models may not be UTF-8.
  return document.dump(2, ' ', letters == Letters::ascii, Json::error_handler_t::replace) + "\n";
}

/// Standard error may be closed or full: that is no reason to fail.
template <class... Args>
void tell(fmt::format_string<Args...> format, Args&&... args) {
  const std::string text = fmt::format(format, std::forward<Args>(args)...);
  std::fwrite(text.data(), 1, text.size(), stderr);
}

/// Errors may hold what the user typed, or a file said: the terminal gets nothing of it that it would obey.
void tellError(const Error& error) {
  tell("ridge: error: {}\n", shownText(error.what()));
}

/// What a command answers; finishOutput tells whether it got through.
void answer(const std::string& text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
}

void writeJson(Json document, const std::string& file) {
  Json whole;
  whole["schema"] = 1;
  whole["ridge"] = std::string(version());
  for (const auto& item : document.items()) whole[item.key()] = std::move(item.value());
  if (file == "-")
    answer(dumped(whole, Letters::ascii));
  else
    writeFileAtomically(file, std::string_view(dumped(whole, Letters::all)));
}

Json errorJson(const Error& error) {
  return {{"code", static_cast<int>(error.code())},
          {"what", error.message()},
          {"where", error.fullWhere()},
          {"todo", error.todo()}};
}

/// Draws at most ten times a second, and only once a second has passed.
class Bar {
 public:
  void show(const Progress& progress) {
    const auto now = Clock::now();
    const bool finished = progress.total > 0 && progress.done >= progress.total;
    if (phase_ != progress.phase) {
      phase_ = progress.phase;
      start_ = last_ = now;
    }
    if (finished && drawn_) erase();
    if (finished || now - start_ < std::chrono::seconds(1) || now - last_ < std::chrono::milliseconds(100))
      return;
    last_ = now;
    drawn_ = true;
    const int64_t percent = progress.total > 0 ? 100 * progress.done / progress.total : 0;
    const auto filled = static_cast<size_t>(percent * 30 / 100);
    tell("\r{} [{}{}] {}%", phase_, std::string(filled, '#'), std::string(30 - filled, ' '), percent);
    std::fflush(stderr);
  }
  ~Bar() {
    if (drawn_) erase();
  }

 private:
  void erase() {
    tell("\r{}\r", std::string(phase_.size() + 40, ' '));
    drawn_ = false;
  }
  std::string phase_;
  Clock::time_point start_, last_;
  bool drawn_ = false;
};

}  // namespace

void Output::line(const std::string& text) const {
  if (flags_.json != "-") answer(text + "\n");
}

void Output::note(const std::string& text) const {
  if (!flags_.quiet) tell("ridge: {}\n", shownText(text));
}

void Output::table(const std::vector<std::vector<std::string>>& rows) const {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()), 0);
    for (size_t column = 0; column < row.size(); ++column)
      widths[column] = std::max(widths[column], row[column].size());
  }
  for (const auto& row : rows) {
    std::string text;
    for (size_t column = 0; column < row.size(); ++column) {
      if (column > 0) text += "  ";
      const size_t fill = widths[column] - row[column].size();
      if (isNumber(row[column]))
        text += std::string(fill, ' ') + row[column];
      else
        text += row[column] + (column + 1 < row.size() ? std::string(fill, ' ') : "");
    }
    line(text);
  }
}

void Output::json(Json document) const {
  if (!flags_.json.empty()) writeJson(std::move(document), flags_.json);
}

int Output::no(Json document, const Error& error) const {
  document["error"] = errorJson(error);
  json(std::move(document));
  tellError(error);
  return static_cast<int>(error.code());
}

ProgressSink Output::progress() const {
  if (flags_.quiet || !isatty(STDERR_FILENO)) return {};
  return [bar = std::make_shared<Bar>()](const Progress& progress) { bar->show(progress); };
}

void finishOutput() {
  if (std::fflush(stdout) != 0 || std::ferror(stdout) != 0)
    failMachine("the answer could not be written", "standard output",
                "see whether it is closed or its disk is full");
}

int report(const Error& error, const std::string& jsonFile) {
  tellError(error);
  const auto code = static_cast<int>(error.code());
  // A pipe without a reader would be waited for again.
  const bool waits = error.code() == ErrorCode::interrupted && isSpecialFile(jsonFile);
  if (jsonFile.empty() || waits) return code;
  Json document;
  document["error"] = errorJson(error);
  try {
    writeJson(std::move(document), jsonFile);
  } catch (const Error& second) {
    if (second.fullWhere() != error.fullWhere())  // else it has been said
      tell("ridge: the error could not be written as JSON either: {}\n", shownText(second.what()));
  }
  return code;
}

}  // namespace ridge::tool
