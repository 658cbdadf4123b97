// The one exception type of Ridgeline.
#pragma once

#include <exception>
#include <string>
#include <vector>

#include "ridge/export.h"

namespace ridge {

/// Kind of a failure; the number is the exit code of the command (docs/cli.md).
enum class ErrorCode {
  no = 1,            ///< the work ran and the answer is no: a verification failed, a requirement was not met
  usage = 2,         ///< wrong flags or arguments
  input = 3,         ///< missing, broken, unsupported or oversized input
  machine = 4,       ///< the machine cannot: no such device, out of memory or disk
  internal = 5,      ///< a bug of Ridgeline
  interrupted = 130  ///< Ctrl-C
};

/// A failure that ends a job. `what` says what happened, `where` the place in the user's world (file, node,
/// flag), `todo` what the user can do about it (left out: what one usually does about this code). Context is
/// added on the way up, innermost first.
class RIDGE_API Error : public std::exception {
 public:
  Error(ErrorCode code, std::string what, std::string where = {}, std::string todo = {});

  ErrorCode code() const { return code_; }
  const std::string& message() const { return what_; }
  const std::string& where() const { return where_; }
  const std::string& todo() const { return todo_; }
  const std::vector<std::string>& context() const { return context_; }

  /// Adds an outer place, e.g. "node Conv_3", then "file model.onnx".
  Error& addContext(std::string place);

  /// `where` followed by the context, outermost first, joined with ", ".
  std::string fullWhere() const;

  /// One line: WHAT (WHERE): WHAT TO DO.
  const char* what() const noexcept override;

 private:
  void renderLine();

  ErrorCode code_;
  std::string what_, where_, todo_;
  std::vector<std::string> context_;
  std::string line_;
};

}  // namespace ridge
