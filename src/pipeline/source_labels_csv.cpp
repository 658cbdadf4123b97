// labels.csv beside images/.
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/error.h"
#include "base/text.h"
#include "pipeline/csv.h"
#include "pipeline/file_bytes.h"
#include "pipeline/sources.h"

namespace ridge::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMostBytes = int64_t{256} << 20;

size_t column(const CsvRow& header, std::string_view name, const std::string& file) {
  const auto found = std::find(header.fields.begin(), header.fields.end(), name);
  if (found == header.fields.end())
    failInput(fmt::format("the first line names no column \"{}\"", name), file,
              "begin the file with file,label");
  return static_cast<size_t>(found - header.fields.begin());
}

/// The path stays inside of the folder.
bool isSafe(const fs::path& path) {
  return !path.empty() && path.is_relative() && path.has_filename() &&
         std::none_of(path.begin(), path.end(), [](const fs::path& part) { return part == ".."; });
}

PictureFile parseRow(const CsvRow& row, size_t fileColumn, size_t labelColumn, const fs::path& images,
                     const std::string& place) {
  if (std::max(fileColumn, labelColumn) >= row.fields.size())
    failInput("the line has too few fields", place, "write as many as the heading has");
  const std::string& file = row.fields[fileColumn];
  if (!isSafe(file) || file.find('\0') != std::string::npos)
    failInput("the path " + ridge::inQuotes(file) + " leads out of the folder", place,
              "list files inside of images/");
  const std::optional<int64_t> label = parseInt(row.fields[labelColumn]);
  if (!label || *label < 0 || *label > INT32_MAX)
    failInput("the label " + ridge::inQuotes(row.fields[labelColumn]) + " is no whole number from 0", place,
              "number the classes");
  return {file, images / file, label};
}

}  // namespace

Opened openLabelsCsv(const fs::path& folder, const DataOptions& options) {
  const fs::path csv = folder / "labels.csv";
  std::error_code ignored;
  if (!fs::exists(csv, ignored)) return {};
  const std::vector<std::byte> bytes = readBytes(csv, kMostBytes);
  const std::vector<CsvRow> rows =
      parseCsv({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, csv.string());
  if (rows.empty()) failInput("the file is empty", csv.string(), "begin it with file,label");
  const size_t fileColumn = column(rows[0], "file", csv.string());
  const size_t labelColumn = column(rows[0], "label", csv.string());
  const fs::path images = fs::is_directory(folder / "images", ignored) ? folder / "images" : folder;
  std::vector<PictureFile> files;
  for (size_t i = 1; i < rows.size(); ++i)
    files.push_back(
        parseRow(rows[i], fileColumn, labelColumn, images, fmt::format("{}:{}", csv.string(), rows[i].line)));
  return {pictureFiles(std::move(files), options.decode), "pictures with labels.csv"};
}

}  // namespace ridge::pipeline
