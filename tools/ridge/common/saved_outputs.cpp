#include "common/saved_outputs.h"

#include <fmt/format.h>

#include <filesystem>

#include "base/mapped_file.h"
#include "base/text.h"
#include "common/arrays.h"
#include "common/json.h"
#include "ir/array_file.h"
#include "onnx/tensor_pb.h"
#include "runtime/context.h"

namespace ridge::tool {

namespace fs = std::filesystem;

namespace {

/// KIND_0.pb, KIND_1.pb, ... in a folder, or in its test_data_set_0.
std::vector<onnx::NamedTensor> loadNumbered(const std::string& place, const char* kind) {
  fs::path folder = place;
  if (fs::is_directory(folder / "test_data_set_0")) folder /= "test_data_set_0";
  std::vector<onnx::NamedTensor> tensors;
  for (int at = 0;; ++at) {
    const fs::path file = folder / fmt::format("{}_{}.pb", kind, at);
    if (!fs::exists(file)) return tensors;
    tensors.push_back(onnx::readTensorFile(file));
  }
}

/// What `ridge run --output-dir` wrote.
NamedTensors loadManifest(const fs::path& folder) {
  const std::string file = (folder / "manifest.json").string();
  const auto map = MappedFile::open(file);
  const std::string_view text(reinterpret_cast<const char*>(map->bytes().data()), map->bytes().size());
  const Json manifest = Json::parse(text, nullptr, false);
  NamedTensors tensors;
  const auto bad = [&] {
    failInput("the manifest does not say which file holds which array", escaped(file),
              "write the folder again");
  };
  if (!manifest.is_object()) bad();
  for (const auto& [name, entry] : manifest.items()) {
    if (!entry.is_object() || !entry.contains("file") || !entry["file"].is_string()) bad();
    // Only the name: a manifest does not lead out of its folder.
    const fs::path array = folder / fs::path(entry["file"].get<std::string>()).filename();
    tensors.emplace_back(name, loadArrays(array.string()).front().second);
  }
  return tensors;
}

NamedTensors loadOutputs(const std::string& place, const Plan& plan) {
  NamedTensors outputs;
  if (!fs::is_directory(place)) {
    for (auto& [name, tensor] : loadNpz(place))
      for (const Port& port : plan.outputs)
        if (port.name == name) outputs.emplace_back(name, tensor);
  } else {
    const auto numbered = loadNumbered(place, "output");
    for (size_t at = 0; at < numbered.size() && at < plan.outputs.size(); ++at)
      outputs.emplace_back(numbered[at].name.empty() ? plan.outputs[at].name : numbered[at].name,
                           numbered[at].tensor);
  }
  if (outputs.empty())
    failInput("no saved output belongs to the model", escaped(place), "save them with scripts/dump_ort.py");
  return outputs;
}

}  // namespace

bool isSaved(const std::string& place) {
  return fs::is_directory(place) || fs::path(place).extension() == ".npz";
}

NamedTensors loadSavedTensors(const std::string& place) {
  NamedTensors tensors;
  if (!fs::is_directory(place)) {
    tensors = loadNpz(place);
  } else if (fs::exists(fs::path(place) / "manifest.json")) {
    tensors = loadManifest(place);
  } else {
    for (onnx::NamedTensor& named : loadNumbered(place, "output"))
      tensors.emplace_back(std::move(named.name), std::move(named.tensor));
  }
  if (tensors.empty())
    failInput("there are no saved outputs", escaped(place),
              "give a folder of `ridge run --output-dir`, one in ONNX test_data_set layout, or .npz");
  return tensors;
}

std::optional<NamedInputs> loadSavedInputs(const std::string& place, const std::vector<InputInfo>& known) {
  NamedInputs inputs;
  if (!fs::is_directory(place)) {
    for (auto& [name, tensor] : loadNpz(place))
      for (const InputInfo& input : known)
        if (input.name == name) inputs[name] = tensor;
  } else {
    const auto numbered = loadNumbered(place, "input");
    for (size_t at = 0; at < numbered.size() && at < known.size(); ++at)
      inputs[numbered[at].name.empty() ? known[at].name : numbered[at].name] = numbered[at].tensor;
  }
  if (inputs.empty()) return std::nullopt;
  return inputs;
}

void compareWithSaved(const std::string& place, const Graph& imported,
                      std::shared_ptr<const Executable> executable, const NamedInputs& inputs,
                      VerifyReport& report) {
  ExecutionContext context(std::move(executable));
  const Plan& plan = context.plan();
  for (size_t port = 0; port < plan.inputs.size(); ++port) {
    const auto given = inputs.find(plan.inputs[port].name);
    if (given == inputs.end())
      failInput(fmt::format("the input '{}' was not saved with the outputs", escaped(plan.inputs[port].name)),
                escaped(place), "give it with --input");
    context.setInput(port, given->second);
  }
  context.execute();
  std::vector<Tensor> got, want;
  std::vector<bool> saved;
  for (size_t port = 0; port < plan.outputs.size(); ++port) {
    got.push_back(context.output(port));
    want.push_back(got.back());
    saved.push_back(false);
  }
  for (const auto& [name, wanted] : loadOutputs(place, plan))
    for (size_t port = 0; port < plan.outputs.size(); ++port)
      if (plan.outputs[port].name == name) want[port] = wanted, saved[port] = true;
  const std::vector<Verdict> verdicts = judgeOutputs(imported, got, want);
  for (size_t port = 0; port < plan.outputs.size(); ++port) {
    if (!saved[port]) continue;
    report.outputs.push_back(verdicts[port]);
    report.outputs.back().name += " (saved)";
    report.passed = report.passed && verdicts[port].outcome != Outcome::failed;
  }
}

}  // namespace ridge::tool
