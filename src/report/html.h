// A report as one page that any browser opens, without network.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace ridge::report {

/// The page of a document of `ridge roofline --json` or `ridge profile --json`; what the document does not
/// have is not drawn. Names in it may hold anything: they are data to the page, never markup. Bytes that are
/// not UTF-8 are replaced.
std::string renderHtml(const nlohmann::json& document);

}  // namespace ridge::report
