// The page of a report, put together from assets/ by cmake/embed_report.cmake.
#pragma once

#include <array>
#include <string_view>

namespace ridge::report {

/// The title goes between the first and the second part, the document between the second and the third.
extern const std::array<std::string_view, 3> kReportPage;

}  // namespace ridge::report
