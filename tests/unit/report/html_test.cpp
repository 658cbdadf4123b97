#include "report/html.h"

#include <gmock/gmock.h>

#include <cmath>

#include "support.h"

namespace ridge::report {
namespace {

using nlohmann::json;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kDataStart = "<script type=\"application/json\" id=\"document\">";

/// What the browser takes for the document: everything up to the first end of a script.
std::string dataOf(const std::string& page) {
  const size_t start = page.find(kDataStart) + kDataStart.size();
  return page.substr(start, page.find("</script", start) - start);
}

size_t countOf(const std::string& page, std::string_view part) {
  size_t count = 0;
  for (size_t at = page.find(part); at != std::string::npos; at = page.find(part, at + part.size())) ++count;
  return count;
}

TEST(Html, HoldsTheWholeDocument) {
  for (const char* name : {"small_roofline.json", "small_profile.json"}) {
    const json document = fixture(name);
    EXPECT_EQ(json::parse(dataOf(renderHtml(document))), document) << name;
  }
}

TEST(Html, IsOnePageWithoutNetwork) {
  const std::string page = renderHtml(fixture("small_roofline.json"));
  EXPECT_TRUE(page.starts_with("<!DOCTYPE html>"));
  EXPECT_THAT(page, HasSubstr("Chart.js v3.9.1"));
  EXPECT_THAT(page, HasSubstr("Released under the MIT License"));
  EXPECT_THAT(page, HasSubstr("default-src 'none'; script-src 'sha256-"));
  EXPECT_THAT(page, Not(HasSubstr(" src=")));
  EXPECT_THAT(page, Not(HasSubstr("<link")));
  EXPECT_THAT(page, Not(HasSubstr("{{")));
  EXPECT_THAT(page, Not(HasSubstr("sourceMappingURL")));
  EXPECT_THAT(page, HasSubstr("<title>small.onnx - ridge roofline</title>"));
}

TEST(Html, OwnScriptsNeverParseMarkup) {
  const std::string page = renderHtml(json::object());
  const size_t own = page.find("Numbers as people read them");
  ASSERT_NE(own, std::string::npos);
  for (const char* way :
       {"innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "new Function"})
    EXPECT_EQ(page.find(way, own), std::string::npos) << way;
}

TEST(Html, HostileNamesStayData) {
  const std::string plain = renderHtml(json::object());
  const std::vector<std::string> names{"</script><script>alert(1)</script>",
                                       "<!-- <script> -->",
                                       "\"'`\\\n\t",
                                       "\xe2\x80\xa8 and \xe2\x80\xa9",
                                       "\xe2\x80\xaegnp.exe",
                                       std::string("\0\x01\x1f", 3),
                                       "{{data}} ]]> &lt; &amp;"};
  for (const std::string& name : names) {
    const json document = {{"model_name", name}, {"layers", {{{"name", name}, {"op", name}}}}};
    const std::string page = renderHtml(document);
    EXPECT_EQ(countOf(page, "<script"), countOf(plain, "<script")) << name;
    EXPECT_EQ(countOf(page, "</script"), countOf(plain, "</script")) << name;
    EXPECT_EQ(countOf(page, "<!--"), countOf(plain, "<!--")) << name;
    EXPECT_EQ(countOf(page, "\xe2\x80\xa8") + countOf(page, "\xe2\x80\xa9"), 0u) << name;
    EXPECT_EQ(json::parse(dataOf(page)), document) << name;
  }
}

TEST(Html, BytesThatAreNotUtf8AreReplaced) {
  const json document = {{"model_name", "a\xff\xfe"}, {"layers", {{{"name", "\xc3("}}}}};
  const json shown = json::parse(dataOf(renderHtml(document)));
  EXPECT_EQ(shown["layers"][0]["name"], "\xef\xbf\xbd(");
}

TEST(Html, NumbersThatAreNotFiniteAreNull) {
  const json document = {{"layers", {{{"name", "a"}, {"intensity", std::nan("")}, {"floor_ms", HUGE_VAL}}}}};
  const json shown = json::parse(dataOf(renderHtml(document)));
  EXPECT_TRUE(shown["layers"][0]["intensity"].is_null());
  EXPECT_TRUE(shown["layers"][0]["floor_ms"].is_null());
}

TEST(Html, AnyDocumentMakesAPage) {
  for (const json& document :
       {json(), json(3), json::array(), json::object(), json{{"model_name", 7}, {"layers", "x"}}})
    EXPECT_THAT(renderHtml(document), HasSubstr("</html>")) << document;
}

TEST(Html, ManyLayers) {
  const json document = longDocument(1500);
  EXPECT_EQ(json::parse(dataOf(renderHtml(document))), document);
}

}  // namespace
}  // namespace ridge::report
