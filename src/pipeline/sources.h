// One function per kind of data folder. Each looks at its own signs only; data_set.cpp asks them in order.
// Private to this folder.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/data_set.h"

namespace ridge::pipeline {

/// A source and what it holds, for people; `source` is null when the folder is of another kind.
struct Opened {
  std::unique_ptr<SampleSource> source;
  std::string kind;  ///< "pictures with labels.csv"
};

Opened openLabelsCsv(const std::filesystem::path& folder, const DataOptions& options);
Opened openCifar10(const std::filesystem::path& folder, const DataOptions& options);
Opened openNpzFolder(const std::filesystem::path& folder, const DataOptions& options);
/// A folder of class folders, or a flat folder of pictures.
Opened openPictureFolder(const std::filesystem::path& folder, const DataOptions& options);

/// What is in a folder, bytewise sorted by name, without names that start with a dot.
std::vector<std::filesystem::directory_entry> entriesOf(const std::filesystem::path& folder);

struct PictureFile {
  std::string name;  ///< relative to the folder
  std::filesystem::path path;
  std::optional<int64_t> label;
};
std::unique_ptr<SampleSource> pictureFiles(std::vector<PictureFile> files, const DecodeOptions& decode);

}  // namespace ridge::pipeline
