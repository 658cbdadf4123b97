// Comma-separated values as spreadsheets write them. Private to this folder.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ridge::pipeline {

struct CsvRow {
  int line = 0;  ///< where it starts in the file, from 1
  std::vector<std::string> fields;
};

/// Fields may be quoted ("a,b", "" for a quote, line ends inside); lines end with LF, CRLF or CR; a byte
/// order mark is skipped and so are empty lines. `name` is the file in errors. Throws Error{input} for a
/// quoted field that does not end or is followed by text.
std::vector<CsvRow> parseCsv(std::string_view text, const std::string& name);

}  // namespace ridge::pipeline
