#include "pipeline/csv.h"

#include <fmt/format.h>

#include "base/error.h"

namespace ridge::pipeline {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

class CsvParser {
 public:
  CsvParser(std::string_view text, const std::string& name) : text_(text), name_(name) {
    if (text_.starts_with(kByteOrderMark)) at_ = kByteOrderMark.size();
  }

  std::vector<CsvRow> rows() {
    std::vector<CsvRow> made;
    while (at_ < text_.size()) {
      CsvRow row = parseRow();
      const bool empty = row.fields.size() == 1 && row.fields[0].empty();
      if (!empty) made.push_back(std::move(row));
    }
    return made;
  }

 private:
  CsvRow parseRow() {
    CsvRow row;
    row.line = line_;
    do row.fields.push_back(text_.substr(at_).starts_with('"') ? quotedField() : plainField());
    while (skip(','));
    if (skip('\r')) {
      skip('\n');
      ++line_;
    } else if (skip('\n')) {
      ++line_;
    }
    return row;
  }

  std::string plainField() {
    const size_t end = std::min(text_.find_first_of(",\r\n", at_), text_.size());
    std::string field(text_.substr(at_, end - at_));
    at_ = end;
    return field;
  }

  std::string quotedField() {
    std::string field;
    for (++at_;; ++at_) {
      if (at_ >= text_.size()) fail("a quoted field does not end");
      if (text_[at_] == '"' && !text_.substr(at_ + 1).starts_with('"')) break;
      if (text_[at_] == '"') ++at_;
      if (text_[at_] == '\n') ++line_;
      field += text_[at_];
    }
    ++at_;
    if (at_ < text_.size() && std::string_view(",\r\n").find(text_[at_]) == std::string_view::npos)
      fail("text follows a quoted field");
    return field;
  }

  bool skip(char wanted) {
    if (at_ >= text_.size() || text_[at_] != wanted) return false;
    ++at_;
    return true;
  }

  [[noreturn]] void fail(const char* what) const {
    failInput(what, fmt::format("{}:{}", name_, line_), "repair the line");
  }

  std::string_view text_;
  const std::string& name_;
  size_t at_ = 0;
  int line_ = 1;
};

}  // namespace

std::vector<CsvRow> parseCsv(std::string_view text, const std::string& name) {
  return CsvParser(text, name).rows();
}

}  // namespace ridge::pipeline
