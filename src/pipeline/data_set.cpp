#include "pipeline/data_set.h"

#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/error.h"
#include "base/text.h"
#include "pipeline/sources.h"

namespace ridge::pipeline {
namespace {

namespace fs = std::filesystem;

class PictureFiles : public SampleSource {
 public:
  PictureFiles(std::vector<PictureFile> files, DecodeOptions decode)
      : files_(std::move(files)), decode_(decode) {}

  int64_t size() const override { return std::ssize(files_); }
  std::string name(int64_t index) const override { return files_[static_cast<size_t>(index)].name; }
  Sample load(int64_t index) const override {
    const PictureFile& file = files_[static_cast<size_t>(index)];
    return {file.name, file.label, readPicture(file.path, decode_)};
  }

 private:
  std::vector<PictureFile> files_;
  DecodeOptions decode_;
};

/// Kinds that the contract names and that later issues bring.
void refuseLaterKinds(const fs::path& folder) {
  for (const fs::directory_entry& entry : entriesOf(folder)) {
    const std::string name = entry.path().filename().string();
    if (name == "instances.json")
      failInput("COCO data (instances.json) is not built yet", folder.string(),
                "give a folder with labels.csv");
    if (name.ends_with("-ubyte") || name.ends_with("-ubyte.gz"))
      failInput("MNIST data (idx files) is not built yet", folder.string(), "give a folder with labels.csv");
  }
}

}  // namespace

std::unique_ptr<SampleSource> pictureFiles(std::vector<PictureFile> files, const DecodeOptions& decode) {
  return std::make_unique<PictureFiles>(std::move(files), decode);
}

std::vector<fs::directory_entry> entriesOf(const fs::path& folder) {
  std::vector<fs::directory_entry> entries;
  std::error_code error;
  for (fs::directory_iterator at(folder, error), end; !error && at != end; at.increment(error))
    if (!at->path().filename().string().starts_with('.')) entries.push_back(*at);
  if (error)
    failInput("the folder cannot be read: " + error.message(), folder.string(), "check its permissions");
  const auto byName = [](const fs::directory_entry& a, const fs::directory_entry& b) {
    return a.path().filename().string() < b.path().filename().string();
  };
  std::sort(entries.begin(), entries.end(), byName);
  return entries;
}

DataSet::DataSet(std::unique_ptr<SampleSource> source, const std::string& kind, const DataOptions& options)
    : source_(std::move(source)) {
  if (options.skip < 0 || options.limit.value_or(0) < 0)
    failUsage("a negative number of samples", "--skip, --limit", "give 0 or more");
  first_ = std::min(options.skip, source_->size());
  size_ = std::min(options.limit.value_or(source_->size()), source_->size() - first_);
  description_ = fmt::format("{} {}", size_, kind);
}

int64_t DataSet::inSource(int64_t index) const {
  check(index >= 0 && index < size_, "samples are counted from 0 to the size of their set");
  return first_ + index;
}

DataSet openDataSet(const fs::path& folder, const DataOptions& options) {
  std::error_code ignored;
  if (!fs::exists(folder, ignored))
    failInput("the data folder does not exist", folder.string(), "check the path");
  if (!fs::is_directory(folder, ignored))
    failInput("data is read from a folder, not from a file", folder.string(), "name the folder");
  if (!options.split.empty() && options.split != "train" && options.split != "test")
    failUsage("unknown split " + inQuotes(options.split), "--split", "use train or test");

  Opened opened = openLabelsCsv(folder, options);
  if (!opened.source) refuseLaterKinds(folder);
  if (!opened.source) opened = openCifar10(folder, options);
  if (!opened.source && !options.split.empty())
    failUsage("the folder has no splits", folder.string(), "leave --split out");
  if (!opened.source) opened = openNpzFolder(folder, options);
  if (!opened.source) opened = openPictureFolder(folder, options);
  if (!opened.source || opened.source->size() == 0)
    failInput("the folder holds no samples that are known", folder.string(),
              "give labels.csv beside images/, class folders, pictures, CIFAR-10 batches or npz files");
  return {std::move(opened.source), opened.kind, options};
}

}  // namespace ridge::pipeline
