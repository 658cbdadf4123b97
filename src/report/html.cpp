#include "report/html.h"

#include "base/text.h"
#include "report/report_page.h"

namespace ridge::report {
namespace {

// U+2028 and U+2029 in UTF-8 end lines of JavaScript, though not of JSON.
constexpr std::string_view kLineSeparator = "\xe2\x80\xa8", kParagraphSeparator = "\xe2\x80\xa9";

/// JSON that can stand inside <script>: no character of it can end or open an element or a comment.
std::string scriptText(const nlohmann::json& document) {
  const std::string json = document.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  std::string out;
  out.reserve(json.size() + json.size() / 16);
  for (size_t at = 0; at < json.size(); ++at) {
    const std::string_view rest = std::string_view(json).substr(at);
    if (rest[0] == '<' || rest[0] == '>' || rest[0] == '&') {
      out += rest[0] == '<' ? "\\u003c" : rest[0] == '>' ? "\\u003e" : "\\u0026";
    } else if (rest.starts_with(kLineSeparator) || rest.starts_with(kParagraphSeparator)) {
      out += rest.starts_with(kLineSeparator) ? "\\u2028" : "\\u2029";
      at += kLineSeparator.size() - 1;
    } else {
      out += rest[0];
    }
  }
  return out;
}

std::string markupText(std::string_view text) {
  std::string out;
  for (const char letter : escaped(text)) {
    if (letter == '<')
      out += "&lt;";
    else if (letter == '>')
      out += "&gt;";
    else if (letter == '&')
      out += "&amp;";
    else
      out += letter;
  }
  return out;
}

std::string titleOf(const nlohmann::json& document) {
  if (!document.is_object()) return "ridge";
  const auto text = [&](const char* key) {
    const auto found = document.find(key);
    return found != document.end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string model = text("model_name"), kind = text("kind");
  return (model.empty() ? "" : model + " - ") + "ridge" + (kind.empty() ? "" : " " + kind);
}

}  // namespace

std::string renderHtml(const nlohmann::json& document) {
  std::string page(kReportPage[0]);
  page += markupText(titleOf(document));
  page += kReportPage[1];
  page += scriptText(document);
  page += kReportPage[2];
  return page;
}

}  // namespace ridge::report
