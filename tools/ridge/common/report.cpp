#include "common/report.h"

#include "base/atomic_file.h"
#include "base/version.h"
#include "report/html.h"
#include "report/png.h"

namespace ridge::tool {

void writeReport(const Json& document, const std::string& htmlPath, const std::string& pngPath) {
  if (htmlPath.empty() && pngPath.empty()) return;
  // The page does not care for the order of keys.
  nlohmann::json whole(document);
  whole["schema"] = 1;
  whole["ridge"] = std::string(version());
  if (!htmlPath.empty()) writeFileAtomically(htmlPath, report::renderHtml(whole));
  if (!pngPath.empty()) writeFileAtomically(pngPath, report::renderRooflinePng(whole));
}

}  // namespace ridge::tool
