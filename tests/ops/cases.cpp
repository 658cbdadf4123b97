#include "cases.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <sstream>

#include "base/zip.h"
#include "onnx/reader.h"

namespace ridge::test {
namespace {

const std::filesystem::path kGoldens = "tests/ops/goldens";  // tests run in the root of the project

const std::filesystem::path kGenerated = "tests/ops/generated";

ZipReader::Content contentOf(const std::filesystem::path& path) {
  const ZipReader archive(MappedFile::open(path.string()), int64_t{64} << 20);
  return archive.read(archive.entries().at(0));
}

Graph readFamily(const std::string& family) {
  const std::string path = (kGoldens / (family + ".zip")).string();
  return onnx::readModel(contentOf(path).bytes, path, std::nullopt).graph;
}

std::vector<std::string> archivesIn(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code none;  // run elsewhere, there are no cases
  for (const auto& entry : std::filesystem::directory_iterator(folder, none))
    if (entry.path().extension() == ".zip") names.push_back(entry.path().stem());
  std::sort(names.begin(), names.end());
  return names;
}

OpCase caseOf(const Graph& all, const Node& node, const std::string& family) {
  OpCase made;
  made.name = family + "/" + node.name;
  Node copy{.op = node.op, .attrs = node.attrs, .in = {}, .out = {}, .name = node.name, .origins = {}};
  for (ValueId id : node.in) {
    if (id == kNoValue) {
      copy.in.push_back(kNoValue);
      continue;
    }
    const Value& value = all.value(id);
    check(value.isConstant(), "the archive holds every input");
    if (value.type == DType::i64 && value.constant.rank() == 1) {
      copy.in.push_back(made.graph.addConstant(value.name, value.constant));
    } else {
      copy.in.push_back(made.graph.addInput(value.name, value.type, value.shape));
      made.inputs.emplace(value.name, value.constant);
    }
  }
  for (size_t at = 0; at < node.out.size(); ++at) {
    const auto want = std::find_if(
        all.outputs().begin(), all.outputs().end(),
        [&](const Graph::Output& output) { return output.name == node.name + ":want" + std::to_string(at); });
    check(want != all.outputs().end(), "the archive holds every answer");
    made.expected.push_back(*all.constant(want->value));
    copy.out.push_back(made.graph.addValue("out" + std::to_string(at)));
    made.graph.addOutput("out" + std::to_string(at), copy.out.back());
  }
  made.graph.addNode(std::move(copy));
  return made;
}

bool isHeld(const std::string& name) {
  return name.starts_with("want") || name.starts_with("feed:");
}

/// The graph without what a case holds beside it.
Graph computedPart(const Graph& all) {
  Graph made;
  std::vector<ValueId> ids(static_cast<size_t>(all.valueCount()), kNoValue);
  for (ValueId id = 0; id < all.valueCount(); ++id) {
    const Value& value = all.value(id);
    if (value.isConstant() && isHeld(value.name)) continue;
    ids[static_cast<size_t>(id)] =
        all.isInput(id) ? made.addInput(value.name, value.type, value.shape) : made.addValue(value.name);
    made.value(ids[static_cast<size_t>(id)]) = value;
  }
  const auto moved = [&](std::vector<ValueId> values) {
    for (ValueId& id : values)
      if (id != kNoValue) id = ids[static_cast<size_t>(id)];
    return values;
  };
  for (NodeId id : all.order()) {
    Node node = all.node(id);
    node.in = moved(std::move(node.in));
    node.out = moved(std::move(node.out));
    made.addNode(std::move(node));
  }
  for (const Graph::Output& output : all.outputs())
    if (!isHeld(output.name)) made.addOutput(output.name, ids[static_cast<size_t>(output.value)]);
  return made;
}

double toleranceOf(DType type) {
  switch (type) {
    case DType::f64:
      return 1e-12;
    case DType::f32:
      return 3e-6;
    case DType::f16:
      return 2e-3;
    case DType::bf16:
      return 1e-2;
    default:
      return 0;
  }
}

}  // namespace

std::vector<std::string> opFamilies() {
  return archivesIn(kGoldens);
}

std::vector<std::string> generatedOps() {
  return archivesIn(kGenerated);
}

std::vector<std::vector<std::byte>> generatedModels(const std::string& op) {
  const ZipReader::Content content = contentOf(kGenerated / (op + ".zip"));
  std::span<const std::byte> rest = content.bytes;
  std::vector<std::vector<std::byte>> models;
  while (!rest.empty()) {
    uint32_t size = 0;
    check(rest.size() >= sizeof size, "a length stands before each model");
    std::memcpy(&size, rest.data(), sizeof size);
    rest = rest.subspan(sizeof size);
    check(size <= rest.size(), "the archive holds each model whole");
    models.emplace_back(rest.begin(), rest.begin() + size);
    rest = rest.subspan(size);
  }
  return models;
}

GeneratedCase generatedCase(std::span<const std::byte> model, const std::string& name) {
  GeneratedCase made;
  const Graph all = onnx::readModel(model, name, std::nullopt).graph;
  made.graph = computedPart(all);
  made.name = all.name;
  std::istringstream keys(all.docString);
  for (std::string key; keys >> key;) made.keys.push_back(key);
  for (const Graph::Output& output : all.outputs()) {
    const Tensor* held = all.constant(output.value);
    if (held && output.name.starts_with("want")) made.expected.push_back(*held);
    if (held && output.name.starts_with("feed:"))
      made.inputs.emplace(output.name.substr(std::string_view("feed:").size()), *held);
  }
  return made;
}

std::vector<OpCase> opCases(const std::string& family) {
  const Graph all = readFamily(family);
  std::vector<OpCase> cases;
  for (NodeId id : all.order()) cases.push_back(caseOf(all, all.node(id), family));
  return cases;
}

std::string difference(const Tensor& actual, const Tensor& expected) {
  if (actual.type() != expected.type())
    return "the type is " + std::string(name(actual.type())) + " instead of " +
           std::string(name(expected.type()));
  if (actual.dims() != expected.dims())
    return "the shape is " + toString(actual.dims()) + " instead of " + toString(expected.dims());
  if (actual.type() == DType::string)
    return actual.strings() == expected.strings() ? std::string() : "strings differ";
  if (actual.type() == DType::complex64 || actual.type() == DType::complex128)
    return std::ranges::equal(actual.bytes(), expected.bytes()) ? std::string() : "complex numbers differ";
  if (isInteger(actual.type()) && toInts(actual) != toInts(expected)) return "integers differ";
  const std::vector<double> got = toDoubles(actual), want = toDoubles(expected);
  double largest = 0;
  for (double value : want)
    if (std::isfinite(value)) largest = std::fmax(largest, std::fabs(value));
  for (size_t at = 0; at < got.size(); ++at) {
    if (got[at] == want[at] || (std::isnan(got[at]) && std::isnan(want[at]))) continue;
    if (std::fabs(got[at] - want[at]) <= toleranceOf(actual.type()) * largest) continue;
    return "element " + std::to_string(at) + " is " + std::to_string(got[at]) + " instead of " +
           std::to_string(want[at]);
  }
  return {};
}

}  // namespace ridge::test
