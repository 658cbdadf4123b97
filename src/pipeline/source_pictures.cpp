// Folders of pictures: with one folder for each class, or flat.
#include <algorithm>
#include <array>
#include <fstream>
#include <system_error>

#include "base/error.h"
#include "pipeline/sources.h"

namespace ridge::pipeline {
namespace {

namespace fs = std::filesystem;

/// By name, so that a damaged picture is reported rather than overlooked, or else by content.
bool isPicture(const fs::directory_entry& entry) {
  std::error_code ignored;
  if (!entry.is_regular_file(ignored)) return false;
  std::string extension = entry.path().extension().string();
  for (char& c : extension)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  if (extension == ".jpg" || extension == ".jpeg" || extension == ".png") return true;
  std::array<char, 8> head{};
  std::ifstream(entry.path(), std::ios::binary).read(head.data(), head.size());
  return looksLikePicture(std::as_bytes(std::span(head)));
}

/// Pictures in the folder and the folders below, bytewise sorted by path. Links to folders below are not
/// followed, so that a link to a parent does no harm.
void collect(const fs::path& folder, const std::string& name, std::optional<int64_t> label,
             std::vector<PictureFile>& files) {
  for (const fs::directory_entry& entry : entriesOf(folder)) {
    const std::string inner = name + "/" + entry.path().filename().string();
    std::error_code ignored;
    if (entry.is_directory(ignored) && !entry.is_symlink(ignored))
      collect(entry.path(), inner, label, files);
    else if (isPicture(entry))
      files.push_back({inner, entry.path(), label});
  }
}

}  // namespace

Opened openPictureFolder(const fs::path& folder, const DataOptions& options) {
  std::vector<PictureFile> flat, inFolders;
  int64_t classes = 0;
  for (const fs::directory_entry& entry : entriesOf(folder)) {
    const std::string name = entry.path().filename().string();
    std::error_code ignored;
    if (entry.is_directory(ignored))
      collect(entry.path(), name, classes++, inFolders);
    else if (isPicture(entry))
      flat.push_back({name, entry.path(), std::nullopt});
  }
  if (!flat.empty() && !inFolders.empty())
    failInput("the folder holds pictures beside folders of pictures", folder.string(),
              "keep either class folders or pictures in it");
  // images/ alone is a labelled folder that lost its labels.csv, not a class of that name.
  const bool onlyImages = classes == 1 && !inFolders.empty() && inFolders[0].name.starts_with("images/");
  if (onlyImages) {
    flat = std::move(inFolders);
    for (PictureFile& file : flat) file.label.reset();
  }
  if (!flat.empty()) return {pictureFiles(std::move(flat), options.decode), "pictures without labels"};
  return {pictureFiles(std::move(inFolders), options.decode), "pictures in class folders"};
}

}  // namespace ridge::pipeline
