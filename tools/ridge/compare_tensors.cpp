#include "compare_tensors.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

namespace ridge::tool {

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

bool hasNumbers(const Tensor& tensor) {
  return tensor.type() != DType::string && tensor.type() != DType::complex64 &&
         tensor.type() != DType::complex128;
}

/// The second is what the first should be.
Verdict judgePair(const std::string& name, const Tensor& got, const Tensor& want) {
  if (got.dims() == want.dims() && hasNumbers(got) && hasNumbers(want)) {
    Verdict verdict = judgeOutput(name, got, want);
    if (got.type() != want.type())
      verdict.note = fmt::format("{} against {}", ridge::name(got.type()), ridge::name(want.type()));
    return verdict;
  }
  Verdict verdict;
  verdict.name = verdict.value = name;
  verdict.type = want.type();
  verdict.dims = want.dims();
  verdict.difference.sqnrDb = verdict.difference.worstChannelDb = Difference::kExact;
  if (got.sameAs(want)) return verdict;
  verdict.outcome = Outcome::failed;
  verdict.difference.mismatched = std::max<int64_t>(want.count(), 1);
  verdict.difference.sqnrDb = verdict.difference.worstChannelDb = -Difference::kExact;
  verdict.difference.cosine = 0;
  verdict.difference.maxAbs = verdict.difference.maxRel = verdict.difference.rms = kInfinity;
  verdict.note = fmt::format("{} {} against {} {}", ridge::name(got.type()), toString(got.dims()),
                             ridge::name(want.type()), toString(want.dims()));
  return verdict;
}

/// Outputs of a file that does not name them take the other side's names, in order.
void nameByOrder(NamedTensors& tensors, const NamedTensors& other) {
  for (size_t at = 0; at < tensors.size(); ++at)
    if (tensors[at].first.empty())
      tensors[at].first =
          at < other.size() && !other[at].first.empty() ? other[at].first : fmt::format("output_{}", at);
}

}  // namespace

const Tensor* find(const NamedTensors& tensors, const std::string& name) {
  for (const auto& [known, tensor] : tensors)
    if (known == name) return &tensor;
  return nullptr;
}

VerifyReport matchTensors(ComparedTensors a, ComparedTensors b, const std::set<std::string>& inputs) {
  nameByOrder(a.outputs, b.outputs);
  nameByOrder(b.outputs, a.outputs);
  VerifyReport report;
  for (const auto& [name, got] : a.outputs) {
    if (inputs.contains(name)) continue;
    if (const Tensor* want = find(b.outputs, name))
      report.outputs.push_back(judgePair(name, got, *want));
    else if (const Tensor* inner = find(b.inner, name))
      report.regions.push_back(judgePair(name, got, *inner));
    else
      report.unchecked.push_back(name + ": the second does not have it");
  }
  for (const auto& [name, got] : a.inner) {
    const Tensor* want = find(b.inner, name);
    if (!want) want = find(b.outputs, name);
    if (want) report.regions.push_back(judgePair(name, got, *want));
  }
  for (const auto& [name, want] : b.outputs)
    if (!inputs.contains(name) && !find(a.outputs, name) && !find(a.inner, name))
      report.unchecked.push_back(name + ": the first does not have it");
  a.others.merge(b.others);
  for (const std::string& name : a.others) report.unchecked.push_back(name + ": it is no tensor");
  for (const Verdict& verdict : report.outputs)
    report.passed = report.passed && verdict.outcome != Outcome::failed;
  return report;
}

}  // namespace ridge::tool
