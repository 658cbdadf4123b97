#include "common/arrays.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <random>

#include "base/atomic_file.h"
#include "base/text.h"
#include "common/output_files.h"
#include "onnx/tensor_pb.h"

namespace ridge::tool {

namespace fs = std::filesystem;

namespace {

constexpr double kWidestRange = 1e18;

InputRanges parseRanges(const std::vector<std::string>& items) {
  InputRanges ranges;
  for (const std::string& item : splitCommas(items)) {
    const size_t equals = item.rfind('='), colon = item.rfind(':');
    const bool shaped = equals != std::string::npos && colon != std::string::npos && colon > equals;
    const auto low = shaped ? parseDouble(item.substr(equals + 1, colon - equals - 1)) : std::nullopt;
    const auto high = shaped ? parseDouble(item.substr(colon + 1)) : std::nullopt;
    if (!low || !high || *low > *high || *high - *low > kWidestRange)
      failUsage(fmt::format("'{}' is no range", escaped(item)), "--input-range", "write it like NAME=-1:1");
    ranges[item.substr(0, equals)] = {*low, *high};
  }
  return ranges;
}

std::string extensionOf(const std::string& file) {
  return fs::path(file).extension().string();
}

const InputInfo& infoOf(const std::vector<InputInfo>& known, const std::string& name,
                        const std::function<bool(const std::string&)>& isConstant) {
  std::vector<std::string> names;
  for (const InputInfo& info : known) {
    if (info.name == name) return info;
    names.push_back(info.name);
  }
  if (isConstant && isConstant(name))
    failUsage(fmt::format("'{}' is a constant of the model, not an input", escaped(name)), "--input",
              "leave it out, or write the model without an initializer of that name");
  failUsage(fmt::format("there is no input '{}'{}", escaped(name), orSuggestion(name, names)), "--input",
            "see `ridge inspect`");
}

Tensor loadRawInput(const std::string& file, const InputInfo& info, const ShapeRequest& request) {
  for (const BoundShape& shape : request.shapes)
    if (shape.input == info.name) return loadRaw(file, info.type, shape.dims);
  if (info.shape.isStatic()) return loadRaw(file, info.type, info.shape.staticDims());
  failUsage("a raw file does not say its shape", fmt::format("input {}", escaped(info.name)),
            fmt::format("add --shapes {}:...", escaped(info.name)));
}

Tensor loadOne(const std::string& file, const InputInfo& info, const ShapeRequest& request) {
  const std::string extension = extensionOf(file);
  if (extension == ".npy") return loadNpy(file);
  if (extension == ".pb") return onnx::readTensorFile(file).tensor;
  if (extension == ".bin") return loadRawInput(file, info, request);
  failUsage(fmt::format("files of kind '{}' are not arrays", escaped(extension)), escaped(file),
            "give .npy, .npz, .pb or .bin");
}

}  // namespace

void InputFlags::add(CLI::App& app) {
  app.add_option("--input", inputs,
                 "NAME=FILE (.npy, .npz, .pb, .bin); NAME= may be left out with one input");
  app.add_flag("--random", random, "random inputs (the default where no --input is given)");
  app.add_option("--input-range", ranges, "NAME=LO:HI of random values (default 0:1)");
  app.add_option("--max-expansion", maxExpansion, "most bytes that an .npz may unpack to (default 16GiB)");
  app.add_option("--save-inputs", save,
                 "write the inputs that were used to FILE.npz (a folder of them for several samples)")
      ->type_name(kWrittenPlace);
}

NamedInputs InputFlags::load(const std::vector<InputInfo>& known, const ShapeRequest& request,
                             const std::function<bool(const std::string&)>& isConstant) const {
  NamedInputs loaded;
  const auto put = [&](const InputInfo& info, Tensor tensor) {
    const std::string& name = info.name;
    if (tensor.type() != info.type)
      failInput(fmt::format("the array holds {}, the model wants {}", ridge::name(tensor.type()),
                            ridge::name(info.type)),
                fmt::format("--input, input {}", escaped(name)), "give an array of that type");
    if (!loaded.emplace(name, std::move(tensor)).second)
      failUsage(fmt::format("input '{}' is given twice", escaped(name)), "--input", "give each input once");
  };
  for (const std::string& item : splitCommas(inputs)) {
    const size_t equals = item.find('=');
    std::string name = equals == std::string::npos ? "" : item.substr(0, equals);
    const std::string file = equals == std::string::npos ? item : item.substr(equals + 1);
    if (extensionOf(file) == ".npz") {
      const size_t before = loaded.size();
      const int64_t limit =
          maxExpansion.empty() ? int64_t{16} << 30 : sizeOfFlag("--max-expansion", maxExpansion);
      for (auto& [member, tensor] : loadNpz(file, limit)) put(infoOf(known, member, isConstant), tensor);
      if (loaded.size() == before)
        failInput("the archive holds no array", escaped(file), "give one with the inputs' names");
      continue;
    }
    if (name.empty()) {
      if (known.size() != 1)
        failUsage(fmt::format("'{}' does not say which input it is", escaped(item)), "--input",
                  "write it like NAME=FILE");
      name = known.front().name;
    }
    const InputInfo& info = infoOf(known, name, isConstant);
    put(info, loadOne(file, info, request));
  }
  return loaded;
}

InputRanges InputFlags::rangesOf(const std::vector<std::string>& known, const NamedInputs& given) const {
  const InputRanges wanted = parseRanges(ranges);
  for (const auto& [name, range] : wanted) {
    if (std::find(known.begin(), known.end(), name) == known.end())
      failUsage(fmt::format("there is no input '{}'{}", escaped(name), orSuggestion(name, known)),
                "--input-range", "see `ridge inspect`");
    if (given.contains(name))
      failUsage(fmt::format("input '{}' is given, so nothing of it is random", escaped(name)),
                "--input-range", "leave the range or the array out");
  }
  return wanted;
}

std::string InputFlags::numberedPlace(size_t at) const {
  if (save.empty()) return {};
  std::error_code problem;  // writing says what is wrong
  fs::create_directories(save, problem);
  return fmt::format("{}/{:06}.npz", save, at);
}

void InputFlags::complete(NamedInputs& given, const Executable& executable, uint64_t seed,
                          const std::string& saveAs) const {
  const InputRanges wanted = parseRanges(ranges);
  std::mt19937_64 generator(seed);
  const auto& ports = executable.plan().inputs;
  const bool missing = std::any_of(ports.begin(), ports.end(), [&](const Port& port) {
    return port.fixed.empty() && !given.contains(port.name);
  });
  if (!given.empty() && missing && !random)
    failUsage("some inputs are not given", "--input", "give them all, or add --random for the others");
  for (size_t port = 0; port < executable.plan().inputs.size(); ++port) {
    const Port& known = executable.plan().inputs[port];
    if (given.contains(known.name)) continue;
    if (auto fixed = executable.plan().fixedOf(known)) {
      given.emplace(known.name, std::move(*fixed));
      continue;
    }
    const auto range = wanted.find(known.name);
    const ArraySpec& array = executable.inputArray(port);
    given.emplace(known.name, randomTensor(array.type, array.dims,
                                           range == wanted.end() ? InputRange{} : range->second, generator));
  }
  for (const auto& [name, range] : wanted)
    if (!given.contains(name))
      failUsage(fmt::format("there is no input '{}'", escaped(name)), "--input-range", "see `ridge inspect`");
  if (!save.empty()) saveNpz(saveAs.empty() ? save : saveAs, NamedTensors(given.begin(), given.end()));
}

ShapeRequest withShapesOf(const NamedInputs& inputs, ShapeRequest request) {
  for (const auto& [name, tensor] : inputs) {
    const auto same = [&, wanted = name](const BoundShape& shape) { return shape.input == wanted; };
    if (std::none_of(request.shapes.begin(), request.shapes.end(), same))
      request.shapes.push_back({name, tensor.dims()});
  }
  return request;
}

void writeArrays(const NamedTensors& arrays, const std::string& folder, bool asPb) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error)
    failMachine(fmt::format("the folder cannot be made: {}", error.message()), escaped(folder),
                "choose another");
  FileNames names;
  Json manifest;
  for (const auto& [name, tensor] : arrays) {
    const std::string file = names.unique(name) + (asPb ? ".pb" : ".npy");
    const std::string path = (fs::path(folder) / file).string();
    if (asPb)
      onnx::writeTensorFile(path, {name, tensor});
    else
      saveNpy(path, tensor);
    manifest[name] = {{"file", file}, {"dtype", ridge::name(tensor.type())}, {"shape", tensor.dims()}};
  }
  const std::string text = manifest.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
  writeFileAtomically((fs::path(folder) / "manifest.json").string(), std::string_view(text));
}

NamedTensors loadArrays(const std::string& file) {
  if (extensionOf(file) == ".npz") return loadNpz(file);
  if (extensionOf(file) == ".pb") {
    onnx::NamedTensor named = onnx::readTensorFile(file);
    return {{named.name, std::move(named.tensor)}};
  }
  return {{fs::path(file).stem().string(), loadNpy(file)}};
}

}  // namespace ridge::tool
