// What a command prints: tables for people, JSON for scripts, progress, notes.
#pragma once

#include <string>
#include <vector>

#include "base/error.h"
#include "base/progress.h"
#include "common/flags.h"
#include "common/json.h"
#include "verify/verifier.h"

namespace ridge::tool {

/// Human text goes to standard output unless JSON does.
class Output {
 public:
  explicit Output(const CommonFlags& flags) : flags_(flags) {}

  /// A line for people.
  void line(const std::string& text) const;
  /// A note on standard error, unless --quiet.
  void note(const std::string& text) const;
  /// Rows with columns aligned; the first row is the heading; numbers to the right.
  void table(const std::vector<std::vector<std::string>>& rows) const;
  /// Writes the document, with "schema" and "ridge", to where --json says; nothing without --json.
  void json(Json document) const;
  /// The same for an answer that is no: the document gets "error" beside its own keys, standard error the
  /// line. Returns the exit code.
  int no(Json document, const Error& error) const;
  /// A bar on standard error: if that is a terminal and the step takes over a second.
  ProgressSink progress() const;

 private:
  const CommonFlags& flags_;
};

/// Error{machine} when standard output did not take everything.
void finishOutput();

/// The error as one line on standard error, and as JSON where --json was asked for. Returns the exit code.
int report(const Error& error, const std::string& jsonFile);

}  // namespace ridge::tool
