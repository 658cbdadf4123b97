#include "common/data.h"

#include <fmt/format.h>

#include "api/load.h"
#include "base/error.h"
#include "base/text.h"
#include "common/flags.h"
#include "pipeline/preprocess.h"

namespace ridge::tool {

namespace {

constexpr int64_t kMostSamples = 1'000'000'000'000;

}  // namespace

void DataFlags::add(CLI::App& app) {
  app.add_option("--data", data,
                 "folder: labels.csv with images/, class folders, pictures, CIFAR-10 batches, *.npz");
  app.add_option("--pipeline", pipeline, "pipeline specification (default: the one stored in the engine)");
  app.add_option("--split", split, "train or test, where a folder holds both");
  app.add_option("--skip", skip, "samples to leave out at the front")->check(wholeNumber(0, kMostSamples));
  app.add_option("--limit", limit, "samples at most")->check(wholeNumber(0, kMostSamples));
  app.add_option("--max-pixels", maxPixels, "most pixels of a picture (default 100000000)");
  app.add_flag("--skip-bad", skipBad, "count bad samples instead of failing");
}

pipeline::Spec DataFlags::spec(const std::string& path) const {
  pipeline::Spec spec;
  if (!pipeline.empty()) {
    spec = pipeline::readSpec(pipeline);
  } else {
    const bool isEngine = kindOfFile(path) == FileKind::engine;
    const std::string stored = isEngine ? EngineFile::open(path).data().pipeline : "";
    if (stored.empty())
      failUsage("there is no pipeline", "--pipeline", "give SPEC, or build the engine with --pipeline");
    spec = pipeline::parseSpec(stored, "the engine's pipeline");
  }
  if (!maxPixels.empty()) spec.decode.maxPixels = intOfFlag("--max-pixels", maxPixels);
  return spec;
}

pipeline::DataSet DataFlags::open(const pipeline::Spec& spec) const {
  return pipeline::openDataSet(data, {.split = split, .skip = skip, .limit = limit, .decode = spec.decode});
}

std::vector<NamedSample> loadSamples(const DataFlags& flags, const std::string& path,
                                     std::optional<int64_t> most) {
  const pipeline::Spec spec = flags.spec(path);
  DataFlags limited = flags;
  if (!limited.limit) limited.limit = most;
  const pipeline::DataSet data = limited.open(spec);
  std::vector<NamedSample> samples;
  for (int64_t at = 0; at < data.size(); ++at) {
    try {
      samples.push_back({data.sampleName(at), pipeline::networkInputs(data.sample(at), spec)});
    } catch (const Error& error) {
      if (!flags.skipBad || error.code() != ErrorCode::input) throw;
    }
  }
  if (samples.empty())
    failInput("there is no usable sample", escaped(flags.data), "give another folder, or less --skip");
  return samples;
}

}  // namespace ridge::tool
