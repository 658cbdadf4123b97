// render_report DOCUMENT.json PAGE.html PLOT.png
#include <fmt/format.h>

#include <exception>
#include <fstream>

#include "base/atomic_file.h"
#include "report/html.h"
#include "report/png.h"

int main(int count, char** arguments) {
  if (count != 4) {
    fmt::print(stderr, "usage: render_report DOCUMENT.json PAGE.html PLOT.png\n");
    return 2;
  }
  try {
    const nlohmann::json document = nlohmann::json::parse(std::ifstream(arguments[1]));
    ridge::writeFileAtomically(arguments[2], ridge::report::renderHtml(document));
    ridge::writeFileAtomically(arguments[3], ridge::report::renderRooflinePng(document, 1200, 800));
  } catch (const std::exception& error) {
    fmt::print(stderr, "render_report: {}\n", error.what());
    return 1;
  }
  return 0;
}
