#include "cases.h"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "base/zip.h"
#include "onnx/reader.h"

namespace ridge::test {
namespace {

const std::filesystem::path kGoldens = "tests/ops/goldens";  // tests run in the root of the project

Graph readFamily(const std::string& family) {
  const std::string path = (kGoldens / (family + ".zip")).string();
  const ZipReader archive(MappedFile::open(path), int64_t{64} << 20);
  const ZipReader::Content content = archive.read(archive.entries().at(0));
  return onnx::readModel(content.bytes, path, std::nullopt).graph;
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
  std::vector<std::string> families;
  std::error_code none;  // run elsewhere, there are no cases
  for (const auto& entry : std::filesystem::directory_iterator(kGoldens, none))
    families.push_back(entry.path().stem());
  std::sort(families.begin(), families.end());
  return families;
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
