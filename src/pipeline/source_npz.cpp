// *.npz, one sample a file: arrays named like the network's inputs, and perhaps a label.
#include <algorithm>

#include "base/error.h"
#include "ir/array_file.h"
#include "pipeline/sources.h"

namespace ridge::pipeline {
namespace {

namespace fs = std::filesystem;

/// One sample that unpacks to more is a mistake or an attack.
constexpr int64_t kMostBytes = int64_t{4} << 30;

int64_t labelOf(const Tensor& label, const std::string& file) {
  if (label.count() != 1 || !isInteger(label.type()))
    failInput("the array \"label\" is not one whole number", file, "store the class's index");
  const int64_t value = toInts(label)[0];
  if (value < 0) failInput("the label is negative", file, "number the classes from 0");
  return value;
}

class NpzFiles : public SampleSource {
 public:
  explicit NpzFiles(std::vector<fs::path> files) : files_(std::move(files)) {}

  int64_t size() const override { return std::ssize(files_); }
  std::string name(int64_t index) const override {
    return files_[static_cast<size_t>(index)].filename().string();
  }

  Sample load(int64_t index) const override {
    const fs::path& file = files_[static_cast<size_t>(index)];
    Sample sample{name(index), std::nullopt, {}};
    auto& arrays = sample.content.emplace<std::map<std::string, Tensor>>();
    for (auto& [array, tensor] : loadNpz(file.string(), kMostBytes)) arrays.emplace(array, tensor);
    if (const auto label = arrays.find("label"); label != arrays.end()) {
      sample.label = labelOf(label->second, file.string());
      arrays.erase(label);
    }
    return sample;
  }

 private:
  std::vector<fs::path> files_;
};

}  // namespace

Opened openNpzFolder(const fs::path& folder, const DataOptions&) {
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : entriesOf(folder)) {
    std::error_code ignored;
    if (entry.path().extension() == ".npz" && entry.is_regular_file(ignored)) files.push_back(entry.path());
  }
  if (files.empty()) return {};
  return {std::make_unique<NpzFiles>(std::move(files)), "npz files"};
}

}  // namespace ridge::pipeline
