// Data folders: samples with labels, loaded when asked for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <variant>

#include "ir/tensor.h"
#include "pipeline/picture.h"

namespace ridge::pipeline {

struct Sample {
  std::string name;              ///< the file, or file and record
  std::optional<int64_t> label;  ///< not negative
  std::variant<Picture, std::map<std::string, Tensor>>
      content;  ///< a picture, or arrays named like the inputs
};

struct DataOptions {
  std::string split;             ///< "train", "test", or "" for the usual one (test, if the folder has it)
  int64_t skip = 0;              ///< samples to leave out at the front
  std::optional<int64_t> limit;  ///< at most so many samples
  DecodeOptions decode;          ///< of the pipeline specification
};

/// What one kind of folder offers; one implementation per file source_*.cpp.
class SampleSource {
 public:
  virtual ~SampleSource() = default;
  virtual int64_t size() const = 0;
  /// May be called from several threads. 0 <= index < size().
  virtual Sample load(int64_t index) const = 0;
  virtual std::string name(int64_t index) const = 0;
};

class DataSet {
 public:
  /// Takes the part [skip, skip + limit) of the source; `kind` says what it holds, for the description.
  DataSet(std::unique_ptr<SampleSource> source, const std::string& kind, const DataOptions& options);

  int64_t size() const { return size_; }
  /// Loads and decodes. Throws Error{input} naming the file when it is bad; the set stays usable.
  /// Thread-safe.
  Sample sample(int64_t index) const { return source_->load(inSource(index)); }
  /// The name that sample(index) has, without loading it.
  std::string sampleName(int64_t index) const { return source_->name(inSource(index)); }
  /// "600 pictures with labels.csv", "10000 pictures of CIFAR-10 (test)": for people.
  const std::string& description() const { return description_; }

 private:
  int64_t inSource(int64_t index) const;

  std::unique_ptr<SampleSource> source_;
  std::string description_;
  int64_t first_ = 0, size_ = 0;
};

/// Looks at what is in the folder: labels.csv beside images/, a folder of class folders, a flat folder of
/// pictures, CIFAR-10 binary batches, *.npz. Throws Error{input} when it is none of them or holds no sample,
/// Error{usage} for a split that the kind does not have.
DataSet openDataSet(const std::filesystem::path& folder, const DataOptions& options);

}  // namespace ridge::pipeline
