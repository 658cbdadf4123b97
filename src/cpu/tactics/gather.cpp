// Gather: whole rows of any type, copied by their indices.
#include <fmt/format.h>

#include <cstring>

#include "base/error.h"
#include "base/thread_pool.h"
#include "cpu/cost.h"
#include "cpu/tactics/tactics.h"
#include "ops/movement/gather.h"
#include "ops/ops.h"
#include "plan/check_spec.h"

namespace ridge::cpu {

namespace {

enum Input : size_t { data, indices };

bool hasWholeBytes(DType type) {
  const int bits = bitsOf(type);
  return bits == 8 || bits == 16 || bits == 32 || bits == 64;
}

/// Dimensions of the result.
Dims gathered(const Dims& from, const Dims& by, size_t axis) {
  const auto cut = from.begin() + static_cast<int64_t>(axis);
  Dims dims(from.begin(), cut);
  dims.insert(dims.end(), by.begin(), by.end());
  dims.insert(dims.end(), cut + 1, from.end());
  return dims;
}

class GatherStep : public CompiledStep {
 public:
  explicit GatherStep(const KernelSpec& spec)
      : from_(checked(spec).in[data].at),
        by_(spec.in[indices].at),
        to_(spec.out[0].at),
        wide_(spec.in[indices].type == DType::i64),
        count_(elementCount(spec.in[indices].dims)) {
    const auto& dims = spec.in[data].dims;
    const auto axis = static_cast<size_t>(spec.params[0]);
    size_ = dims[axis];
    outer_ = elementCount(std::span(dims).first(axis));
    rowBytes_ = bytesOf(spec.in[data].type, elementCount(std::span(dims).subspan(axis + 1)));
  }

  void run(const Buffers& buffers) const override {
    const std::byte* by = addressOf(by_, buffers);
    for (int64_t at = 0; at < count_; ++at)
      if (const int64_t index = indexAt(by, at); index < -size_ || index >= size_)
        failInput(fmt::format("index {} is out of range for {} elements", index, size_), "Gather");
    ThreadPool::instance().parallel(buffers.threads, [&](int part) {
      const int64_t rows = outer_ * count_, end = rows * (part + 1) / buffers.threads;
      const std::byte* from = addressOf(from_, buffers);
      std::byte* to = writableAddressOf(to_, buffers);
      for (int64_t row = rows * part / buffers.threads; row < end; ++row) {
        const int64_t index = indexAt(by, row % count_);
        const int64_t source = row / count_ * size_ + (index < 0 ? index + size_ : index);
        std::memcpy(to + static_cast<size_t>(row) * rowBytes_, from + static_cast<size_t>(source) * rowBytes_,
                    rowBytes_);
      }
    });
  }

 private:
  static const KernelSpec& checked(const KernelSpec& spec) {
    requireSpec(spec.params.size() == 1 && spec.in.size() == 2 && spec.out.size() == 1, spec,
                "a gather has data, indices and an axis");
    const ArraySpec &from = spec.in[data], &by = spec.in[indices], &to = spec.out[0];
    requireSpec(spec.params[0] >= 0 && spec.params[0] < static_cast<int64_t>(from.dims.size()), spec,
                "the axis of a gather lies outside");
    requireSpec(from.type == to.type && hasWholeBytes(from.type) &&
                    (by.type == DType::i32 || by.type == DType::i64) &&
                    to.dims == gathered(from.dims, by.dims, static_cast<size_t>(spec.params[0])),
                spec, "a gather keeps the other axes and the type");
    requireSpec(isDensePlain(from) && isDensePlain(by) && isDensePlain(to), spec,
                "a gather reads and writes dense arrays");
    requireSpec(elementCount(to.dims) > 0, spec, "a gather of nothing");
    requireData(spec, data);
    requireData(spec, indices);
    return spec;
  }

  int64_t indexAt(const std::byte* by, int64_t at) const {
    return wide_ ? reinterpret_cast<const int64_t*>(by)[at] : reinterpret_cast<const int32_t*>(by)[at];
  }

  Location from_, by_, to_;
  bool wide_;
  int64_t count_, size_ = 0, outer_ = 0;
  size_t rowBytes_ = 0;
};

void propose(const Graph& graph, const Region& region, Proposals& proposals) {
  if (region.anchors.empty() || graph.node(region.anchor()).op != &ops::gather) return;
  const Node& node = graph.node(region.anchor());
  const auto refuse = [&](const char* why) { proposals.refusals.push_back({"gather", why}); };
  if (region.members.size() > 1) return refuse("a gather has no epilogue");
  const Value &from = graph.value(node.in[data]), &by = graph.value(node.in[indices]);
  const Shape& to = graph.value(node.out[0]).shape;
  if (!hasWholeBytes(from.type)) return refuse("its elements are no whole bytes");
  if (by.type != DType::i32 && by.type != DType::i64)
    return refuse("its indices are neither int32 nor int64");
  if (!from.shape.isStatic() || !to.isStatic() || to.count() == 0) return refuse("it gathers nothing");
  const int64_t axis = normalizeAxis(node.as<ops::GatherAttributes>().axis, from.shape.rank());
  Candidate candidate;
  candidate.tactic = "gather";
  candidate.params = {axis};
  candidate.inputOrders.assign(region.inputs.size(), Order::plain);
  candidate.outputOrders = {Order::plain};
  candidate.estimateNs = memoryNs(2 * bytesOf(from.type, *to.count()));
  proposals.candidates.push_back(std::move(candidate));
}

std::unique_ptr<CompiledStep> compile(const KernelSpec& spec) {
  return std::make_unique<GatherStep>(spec);
}

}  // namespace

const Tactic kGather{"gather", propose, compile, nullptr};

}  // namespace ridge::cpu
