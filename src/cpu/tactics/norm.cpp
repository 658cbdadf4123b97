// Normalizations over dense runs: LayerNormalization, RMSNormalization; GroupNormalization and
// InstanceNormalization over groups of channels.
#include <bit>
#include <cmath>

#include "base/thread_pool.h"
#include "cpu/cost.h"
#include "cpu/kernels/axes.h"
#include "cpu/kernels/norm/norm_kernels.h"
#include "cpu/tactics/tactics.h"
#include "ops/norm/norm.h"
#include "ops/ops.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

constexpr size_t kMaxRank = 8;

// Params: kind, first normalized axis (or groups of channels), bits of epsilon.
enum Kind : int64_t { layer, rms, groups };

bool isDenseFrom(const ArraySpec& array, size_t axis) {
  int64_t pitch = 1;
  for (size_t at = array.dims.size(); at-- > axis; pitch *= array.dims[at])
    if (array.dims[at] != 1 && array.strides[at] != pitch) return false;
  return true;
}

class NormStep : public CompiledStep {
 public:
  explicit NormStep(const KernelSpec& spec)
      : kind_(checkedKind(spec)),
        epsilon_(static_cast<double>(std::bit_cast<float>(static_cast<uint32_t>(spec.params[2])))),
        kernels_(&normKernels(activeIsa())),
        in_(spec.in[0].at),
        out_(spec.out[0].at),
        scale_(spec.in[1].at) {
    const bool hasBias = spec.in.size() > 2 && spec.in[2].at.space != Space::none;
    if (hasBias) bias_ = spec.in[2].at;
    const ArraySpec &in = spec.in[0], &out = spec.out[0];
    if (kind_ == groups) {
      requireSpec(isDensePlain(in) && isDensePlain(out), spec, "groups of channels lie side by side");
      channels_ = in.dims[1] / spec.params[1];
      perChannel_ = elementCount(std::span(in.dims).subspan(2));
      length_ = channels_ * perChannel_;
      rows_.add({in.dims[0] * spec.params[1], length_, length_});
      groups_ = spec.params[1];
    } else {
      const auto axis = static_cast<size_t>(spec.params[1]);
      requireSpec(isDenseFrom(in, axis) && isDenseFrom(out, axis), spec, "what is normalized is dense");
      length_ = elementCount(std::span(in.dims).subspan(axis));
      for (size_t at = 0; at < axis; ++at) rows_.add({in.dims[at], in.strides[at], out.strides[at]});
    }
    checkAffine(spec, spec.in[1]);
    if (hasBias) checkAffine(spec, spec.in[2]);
  }

  void run(const Buffers& buffers) const override {
    ThreadPool::instance().parallel(buffers.threads, [&](int part) { runPart(buffers, part); });
  }

 private:
  static Kind checkedKind(const KernelSpec& spec) {
    requireSpec(spec.params.size() == 3 && spec.in.size() >= 2 && spec.in.size() <= 3 &&
                    spec.out.size() == 1 && spec.in[0].dims == spec.out[0].dims &&
                    spec.in[0].type == DType::f32 && spec.out[0].type == DType::f32 &&
                    !spec.in[0].dims.empty() && spec.in[0].dims.size() <= kMaxRank &&
                    spec.params[0] >= layer && spec.params[0] <= groups,
                spec, "a normalization keeps its shape");
    requireSpec(elementCount(spec.in[0].dims) > 0, spec, "a normalization of nothing");
    requireData(spec, 0);
    requireData(spec, 1);
    const auto kind = static_cast<Kind>(spec.params[0]);
    const Dims& dims = spec.in[0].dims;
    const bool fits = kind == groups
                          ? dims.size() >= 2 && spec.params[1] > 0 && dims[1] % spec.params[1] == 0
                          : spec.params[1] >= 0 && spec.params[1] < static_cast<int64_t>(dims.size());
    requireSpec(fits, spec, "a normalization has one of its axes, or groups that divide its channels");
    return kind;
  }

  void checkAffine(const KernelSpec& spec, const ArraySpec& array) const {
    requireSpec(array.type == DType::f32 && isDensePlain(array) &&
                    elementCount(array.dims) == (kind_ == groups ? channels_ * groups_ : length_),
                spec, "a scale or bias has another size than what it scales");
  }

  void runPart(const Buffers& buffers, int part) const {
    const auto* in = reinterpret_cast<const float*>(addressOf(in_, buffers));
    auto* out = reinterpret_cast<float*>(writableAddressOf(out_, buffers));
    const auto* scale = reinterpret_cast<const float*>(addressOf(scale_, buffers));
    const auto* bias = reinterpret_cast<const float*>(addressOf(bias_, buffers));
    const int64_t rows = rows_.elements(), end = rows * (part + 1) / buffers.threads;
    for (int64_t row = rows * part / buffers.threads; row < end; ++row) {
      const Axes::Offsets at = rows_.at(row);
      NormRun run = statistics(in + at.in);
      run.out = out + at.out;
      run.scale = scale;
      run.bias = bias;
      if (kind_ == groups)
        applyByChannel(run, row % groups_ * channels_);
      else
        kernels_->apply(run);
    }
  }

  void applyByChannel(NormRun run, int64_t firstChannel) const {
    run.uniform = true;
    run.count = perChannel_;
    run.scale += firstChannel;
    if (run.bias) run.bias += firstChannel;
    for (int64_t channel = 0; channel < channels_; ++channel) {
      kernels_->apply(run);
      run.in += perChannel_;
      run.out += perChannel_;
      ++run.scale;
      if (run.bias) ++run.bias;
    }
  }

  // The mean first, then squares around it: large means do not swallow small variances.
  NormRun statistics(const float* in) const {
    NormRun run{in, nullptr, length_, 0, 1, nullptr, nullptr, false};
    const auto count = static_cast<double>(length_);
    if (kind_ == rms) {
      const double square = kernels_->sums(in, length_, 0).squares / count;
      run.inverse = static_cast<float>(1.0 / std::sqrt(square + epsilon_));
      return run;
    }
    run.mean = static_cast<float>(kernels_->sums(in, length_, 0).plain / count);
    const double square = kernels_->sums(in, length_, run.mean).squares / count;
    run.inverse = static_cast<float>(1.0 / std::sqrt(square + epsilon_));
    return run;
  }

  Kind kind_;
  double epsilon_;
  const NormKernels* kernels_;
  Location in_, out_, scale_, bias_;
  Axes rows_;
  int64_t length_ = 0;  ///< elements that are normalized together
  int64_t groups_ = 1, channels_ = 0, perChannel_ = 0;
};

/// One number for each normalized element.
bool coversRow(const Value& scale, std::span<const int64_t> row) {
  const Dims dims = scale.shape.staticDims();
  const auto significant = [](std::span<const int64_t> all) {
    while (!all.empty() && all.front() == 1) all = all.subspan(1);
    return all;
  };
  const auto a = significant(dims), b = significant(row);
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

struct Form {
  Kind kind;
  int64_t which;  ///< first axis, or groups
  float epsilon;
};

std::optional<Form> formOf(const Graph& graph, const Node& node) {
  const Shape& shape = graph.value(node.in[0]).shape;
  if (node.op == &ops::layerNormalization || node.op == &ops::rmsNormalization) {
    const auto& attrs = node.as<RowNormalizationAttributes>();
    return Form{node.op == &ops::rmsNormalization ? rms : layer, normalizeAxis(attrs.axis, shape.rank()),
                attrs.epsilon};
  }
  if (node.op == &ops::groupNormalization) {
    const auto& attrs = node.as<GroupNormalizationAttributes>();
    return Form{groups, attrs.groups, attrs.epsilon};
  }
  if (node.op == &ops::instanceNormalization)
    return Form{groups, shape[1].value(), node.as<InstanceNormalizationAttributes>().epsilon};
  return std::nullopt;
}

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty()) return;
  const Node& node = graph.node(region.anchor());
  const auto form = formOf(graph, node);
  if (!form) return;
  const auto refuse = [&](const char* why) { proposals.refusals.push_back({"norm", why}); };
  if (region.members.size() > 1) return refuse("a normalization has no epilogue");
  if (region.outputs.size() > 1) return refuse("its mean or deviation is also wanted");
  for (const ValueId id : node.in)
    if (id != kNoValue && graph.value(id).type != DType::f32) return refuse("float32 only");
  const Dims dims = graph.value(node.in[0]).shape.staticDims();
  if (dims.size() > kMaxRank) return refuse("more than eight axes");
  if (form->kind != groups)
    for (size_t at = 1; at < node.in.size(); ++at)
      if (node.in[at] != kNoValue &&
          !coversRow(graph.value(node.in[at]), std::span(dims).subspan(static_cast<size_t>(form->which))))
        return refuse("its scale or bias is broadcast");
  Candidate candidate;
  candidate.tactic = "norm";
  candidate.params = {form->kind, form->which, static_cast<int64_t>(std::bit_cast<uint32_t>(form->epsilon))};
  candidate.inputOrders.assign(region.inputs.size(), Order::plain);
  candidate.outputOrders = {Order::plain};
  candidate.stridedInputs = candidate.stridedOutputs =
      form->kind != groups && form->which + 1 == static_cast<int64_t>(dims.size());
  candidate.inPlaceInput = 0;
  candidate.estimateNs = 2 * memoryNs(bytesMoved(graph, region));
  proposals.candidates.push_back(std::move(candidate));
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<NormStep>(spec);
}

}  // namespace

const Tactic kNorm{"norm", propose, compile, nullptr};

}  // namespace ridge::cpu
