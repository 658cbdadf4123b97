// --each-row and --carry: one execution for each row of the given arrays, with state between them.
#pragma once

#include <CLI/CLI.hpp>
#include <string>
#include <utility>
#include <vector>

#include "common/arrays.h"

namespace ridge::tool {

struct RowFlags {
  bool eachRow = false;
  std::vector<std::string> carry;

  void add(CLI::App& app);
  /// Output and input of each --carry. Error{usage} for what is no pair, and without --each-row.
  std::vector<std::pair<std::string, std::string>> carried() const;
};

/// The given arrays, cut along their leading axis. An array has rows when it has one axis more than the
/// input, or as many and a leading axis that is not the input's own size; others (scalars, a leading 1,
/// carried inputs) serve every row.
class Rows {
 public:
  /// Error{usage} when no array has rows, or arrays have different numbers of them.
  Rows(NamedInputs given, const std::vector<InputInfo>& known,
       const std::vector<std::pair<std::string, std::string>>& carried);

  int64_t count() const { return count_; }
  /// Inputs of one execution; a carried input only in the first.
  NamedInputs at(int64_t row) const;

  /// Outputs of all executions in one array each: along the leading axis where it is 1, else along a new one.
  /// Of a carried output the last. Error{input} when its shape changes between rows.
  NamedTensors join(const std::vector<NamedTensors>& outputs) const;

 private:
  struct Cut {
    std::string name;
    Dims dims;  ///< of one row
  };

  NamedInputs given_;
  std::vector<std::pair<std::string, std::string>> carried_;
  std::vector<Cut> cuts_;
  int64_t count_ = -1;
  bool keepsAxis_ = true;  ///< a row of [n, ...] is [1, ...], not [...]
};

}  // namespace ridge::tool
