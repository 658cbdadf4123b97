// CIFAR-10 binary batches: records of one label byte and three planes of 32x32.
#include <fmt/format.h>

#include <algorithm>
#include <system_error>

#include "base/error.h"
#include "pipeline/file_bytes.h"
#include "pipeline/sources.h"

namespace ridge::pipeline {
namespace {

namespace fs = std::filesystem;

constexpr int kSide = 32, kClasses = 10;
constexpr int64_t kPlane = kSide * kSide, kRecord = 1 + 3 * kPlane;

struct Batch {
  fs::path path;
  int64_t first = 0, records = 0;
};

class Cifar10 : public SampleSource {
 public:
  Cifar10(std::vector<Batch> batches, Color color) : batches_(std::move(batches)), color_(color) {}

  int64_t size() const override { return batches_.back().first + batches_.back().records; }

  std::string name(int64_t index) const override {
    const Batch& batch = batchOf(index);
    return fmt::format("{}[{}]", batch.path.filename().string(), index - batch.first);
  }

  Sample load(int64_t index) const override {
    const Batch& batch = batchOf(index);
    const std::vector<std::byte> record =
        readBytes(batch.path, kRecord, (index - batch.first) * kRecord, kRecord);
    const auto label = std::to_integer<int64_t>(record[0]);
    if (label >= kClasses)
      failInput(fmt::format("the label {} is none of CIFAR-10's ten classes", label),
                fmt::format("{} record {}", batch.path.string(), index - batch.first),
                "unpack the data set again");
    Picture picture(kSide, kSide, 3);
    for (size_t channel = 0; channel < 3; ++channel)
      for (size_t i = 0; i < kPlane; ++i)
        picture.pixels[3 * i + channel] = std::to_integer<uint8_t>(record[1 + channel * kPlane + i]);
    if (color_ == Color::grey) picture = toGrey(std::move(picture));
    return {name(index), label, std::move(picture)};
  }

 private:
  const Batch& batchOf(int64_t index) const {
    const auto after = std::upper_bound(batches_.begin(), batches_.end(), index,
                                        [](int64_t i, const Batch& batch) { return i < batch.first; });
    return *std::prev(after);
  }

  std::vector<Batch> batches_;
  Color color_;
};

/// Files of the split in bytewise order, each with the index of its first record.
std::vector<Batch> batchesOf(const fs::path& folder, std::string_view split) {
  std::vector<Batch> batches;
  int64_t first = 0;
  for (const fs::directory_entry& entry : entriesOf(folder)) {
    const std::string name = entry.path().filename().string();
    const bool wanted = split == "test" ? name == "test_batch.bin"
                                        : name.starts_with("data_batch_") && name.ends_with(".bin");
    std::error_code error;
    if (!wanted || !entry.is_regular_file(error)) continue;
    const auto bytes = static_cast<int64_t>(entry.file_size(error));
    if (error || bytes == 0 || bytes % kRecord != 0)
      failInput(fmt::format("the file's size is no multiple of {} bytes, a record of CIFAR-10", kRecord),
                entry.path().string(), "unpack the data set again");
    batches.push_back({entry.path(), first, bytes / kRecord});
    first += bytes / kRecord;
  }
  return batches;
}

}  // namespace

Opened openCifar10(const fs::path& folder, const DataOptions& options) {
  std::string split = options.split.empty() ? "test" : options.split;
  std::vector<Batch> batches = batchesOf(folder, split);
  if (batches.empty() && options.split.empty()) batches = batchesOf(folder, split = "train");
  if (batches.empty()) {
    if (batchesOf(folder, split == "test" ? "train" : "test").empty()) return {};
    failInput("the folder has no " + split + " batches of CIFAR-10", folder.string(),
              "use the other --split");
  }
  return {std::make_unique<Cifar10>(std::move(batches), options.decode.color),
          "pictures of CIFAR-10 (" + split + ")"};
}

}  // namespace ridge::pipeline
