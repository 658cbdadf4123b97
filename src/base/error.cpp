#include "base/error.h"

#include <fmt/format.h>

#include <algorithm>

namespace ridge {

namespace {

/// What to do where the place that fails knows nothing better.
const char* usualTodo(ErrorCode code) {
  switch (code) {
    case ErrorCode::usage:
      return "see `ridge COMMAND --help`";
    case ErrorCode::input:
      return "mend the file or write it again; the checker of onnx may say more about a model";
    case ErrorCode::machine:
      return "free memory, disk or the device, or use another machine";
    case ErrorCode::internal:
      return "please report this with the command";
    case ErrorCode::interrupted:
      return "run it again; measured times are kept";
    case ErrorCode::no:
      break;
  }
  return "";
}

}  // namespace

Error::Error(ErrorCode code, std::string what, std::string where, std::string todo)
    : code_(code), what_(std::move(what)), where_(std::move(where)), todo_(std::move(todo)) {
  if (todo_.empty()) todo_ = usualTodo(code);
  renderLine();
}

Error& Error::addContext(std::string place) {
  context_.push_back(std::move(place));
  renderLine();
  return *this;
}

std::string Error::fullWhere() const {
  std::vector<std::string> places(context_.rbegin(), context_.rend());
  if (!where_.empty()) places.push_back(where_);
  return fmt::format("{}", fmt::join(places, ", "));
}

const char* Error::what() const noexcept {
  return line_.c_str();
}

void Error::renderLine() {
  line_ = what_;
  if (std::string place = fullWhere(); !place.empty()) line_ += " (" + place + ")";
  if (!todo_.empty()) line_ += ": " + todo_;
  std::replace(line_.begin(), line_.end(), '\n', ' ');
}

void failInput(std::string what, std::string where, std::string todo) {
  throw Error(ErrorCode::input, std::move(what), std::move(where), std::move(todo));
}

void failUsage(std::string what, std::string where, std::string todo) {
  throw Error(ErrorCode::usage, std::move(what), std::move(where), std::move(todo));
}

void failMachine(std::string what, std::string where, std::string todo) {
  throw Error(ErrorCode::machine, std::move(what), std::move(where), std::move(todo));
}

void detail::assertionFailed(const char* sentence, std::source_location where) {
  throw Error(ErrorCode::internal, fmt::format("internal error: {}", sentence),
              fmt::format("{}:{}", where.file_name(), where.line()), "please report this with the command");
}

}  // namespace ridge
