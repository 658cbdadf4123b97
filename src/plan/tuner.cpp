#include "plan/tuner.h"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <random>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/thread_pool.h"
#include "plan/device_memory.h"
#include "plan/make_spec.h"

namespace ridge {

namespace {

std::string signatureOfValue(const Graph& graph, ValueId id) {
  if (id == kNoValue) return "-";
  const Value& value = graph.value(id);
  return fmt::format("{}{}{}", name(value.type), value.shape.toString(), value.isConstant() ? "c" : "");
}

/// The same bytes in a device's memory; nothing for the host.
class DeviceBench {
 public:
  DeviceBench(const DeviceMemory* memory, const Tensor& arena, uint64_t workspaceBytes, Buffers& buffers) {
    if (!memory) return;
    if (arena.byteSize() > 0) arena_ = memory->allocate(arena.byteSize());
    if (workspaceBytes > 0) workspace_ = memory->allocate(workspaceBytes);
    stream_ = memory->newStream();
    address_ = arena_.get();
    buffers.deviceArenas = {&address_, 1};
    buffers.workspace = workspace_.get();
    buffers.threads = 1;
    buffers.stream = stream_.get();
    if (arena.byteSize() > 0) stream_->upload(arena.bytes().data(), address_, arena.byteSize());
    stream_->finish();
  }

 private:
  DeviceBytes arena_, workspace_;
  std::byte* address_ = nullptr;
  std::unique_ptr<Stream> stream_;
};

/// Buffers of one region in isolation: random inputs in an arena of their own.
class Bench {
 public:
  Bench(const Graph& graph, const Region& region) : graph_(graph), region_(region) {}

  /// Least time of a few runs, in nanoseconds, at least 1.
  int64_t time(const Choice& choice, int runs, double secondsAtMost) {
    WeightStore weights;
    end_ = 0;
    memory_ = choice.backend->memory() ? 1 : 0;
    std::vector<ArraySpec> in, out;
    for (size_t at = 0; at < region_.inputs.size(); ++at)
      in.push_back(
          place(region_.inputs[at], choice.candidate.inputOrders[at], choice.candidate.unread, &weights));
    for (size_t at = 0; at < region_.outputs.size(); ++at)
      out.push_back(place(region_.outputs[at], choice.candidate.outputOrders[at], {}, nullptr));
    KernelSpec spec = makeSpec(graph_, region_, choice, std::move(in), std::move(out), weights);
    spec.memory = memory_;
    std::vector<std::span<const std::byte>> blobs;
    for (const WeightBlob& blob : weights.blobs()) blobs.push_back(blob.bytes.bytes());
    const auto program = choice.backend->compile({&spec, 1}, blobs);
    return run(*program, spec, choice.backend->memory(), blobs, runs, secondsAtMost);
  }

 private:
  ArraySpec place(ValueId id, Order order, const std::vector<ValueId>& unread, WeightStore* weights) {
    if (id == kNoValue) return {};
    const Value& value = graph_.value(id);
    ArraySpec array{value.type, value.shape.staticDims(), {}, {}};
    array.strides = denseStrides(array.dims, order);
    if (std::find(unread.begin(), unread.end(), id) != unread.end()) return array;
    if (value.isConstant() && weights && ordersCoincide(array.dims)) {
      array.at = {Space::weights, weights->add(value.name, [&] { return value.constant; }), 0};
      return array;
    }
    array.at = {Space::arena, memory_, end_};
    end_ += (bytesOf(array.type, elementCount(array.dims)) + 63) / 64 * 64;
    return array;
  }

  int64_t run(const Program& program, const KernelSpec& spec, const DeviceMemory* memory,
              const std::vector<std::span<const std::byte>>& weights, int runs, double secondsAtMost) {
    const int threads = ThreadPool::instance().threads();
    Tensor arena = Tensor::allocate(DType::u8, {static_cast<int64_t>(end_)});
    fillArena(spec, arena);
    const uint64_t perThread = (spec.workspace + 63) / 64 * 64;
    Tensor workspace = Tensor::allocate(DType::u8, {static_cast<int64_t>(perThread) * threads});
    std::vector<const std::byte*> blobs;
    for (const auto& blob : weights) blobs.push_back(blob.data());
    Buffers buffers{{},      {},   arena.mutableBytes().data(), workspace.mutableBytes().data(), perThread,
                    threads, blobs};
    const DeviceBench device(memory, arena, perThread, buffers);
    const auto once = [&] {
      program.run(0, buffers);
      if (buffers.stream) buffers.stream->finish();
    };
    once();
    const auto start = Clock::now();
    int64_t best = 0;
    for (int at = 0; at < runs && (at == 0 || secondsSince(start) < secondsAtMost); ++at) {
      const auto begin = Clock::now();
      once();
      const auto taken = std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - begin).count();
      best = at == 0 ? taken : std::min<int64_t>(best, taken);
    }
    return std::max<int64_t>(best, 1);
  }

  // Values matter to the time of no kernel here but by denormals and NaN, so any small numbers do.
  static void fillArena(const KernelSpec& spec, Tensor& arena) {
    std::minstd_rand random(1);
    std::uniform_real_distribution<float> uniform(0.0f, 1.0f);
    for (const ArraySpec& array : spec.in) {
      if (array.type != DType::f32 || array.at.space != Space::arena) continue;
      auto* data = reinterpret_cast<float*>(arena.mutableBytes().data() + array.at.offset);
      const int64_t count = elementCount(array.dims);
      for (int64_t at = 0; at < count; ++at) data[at] = uniform(random);
    }
  }

  const Graph& graph_;
  const Region& region_;
  uint64_t end_ = 0;
  int32_t memory_ = 0;
};

}  // namespace

std::string signatureOf(const Graph& graph, const Region& region, const Candidate& candidate) {
  std::string text;
  for (NodeId member : region.members) {
    const Node& node = graph.node(member);
    text += fmt::format("{}{{{}}} ", displayName(*node.op), node.attrs ? node.attrs->toMap().toString() : "");
  }
  for (ValueId input : region.inputs) text += signatureOfValue(graph, input) + " ";
  text += "-> ";
  for (ValueId output : region.outputs) text += signatureOfValue(graph, output) + " ";
  text += fmt::format("[{}] {} {}", region.epilogue.toString(), candidate.tactic,
                      fmt::join(candidate.params, ","));
  for (Order order : candidate.inputOrders) text += order == Order::plain ? " p" : " c";
  for (Order order : candidate.outputOrders) text += order == Order::plain ? " >p" : " >c";
  return text;
}

void tune(const Graph& graph, Cover& cover, const PlanOptions& options) {
  if (options.tune == Tune::off) return;
  const int runs = options.tune == Tune::full ? 40 : 6;
  const double secondsAtMost = options.tune == Tune::full ? 0.2 : 0.02;
  const auto start = Clock::now();
  int done = 0;
  const int threads = ThreadPool::instance().threads();
  for (CoverRegion& region : cover.regions) {
    throwIfInterrupted();
    if (options.progress) options.progress(++done, static_cast<int>(cover.regions.size()));
    if (region.choices.size() < 2 || region.movement) continue;
    Bench bench(graph, region.region);
    for (Choice& choice : region.choices) {
      const std::string key =
          fmt::format("{}|{}|t{}|r{}|{}", choice.backend->name(), choice.backend->architecture(), threads,
                      choice.backend->revision(), signatureOf(graph, region.region, choice.candidate));
      std::optional<int64_t> known = options.cache ? options.cache->find(key) : std::nullopt;
      const bool spent = options.budgetSeconds > 0 && secondsSince(start) > options.budgetSeconds;
      if (!known && spent) continue;
      if (!known) {
        known = bench.time(choice, runs, secondsAtMost);
        if (options.cache) options.cache->set(key, *known);
      }
      choice.measuredNs = static_cast<double>(*known);
    }
    // Times and estimates must not be mixed within a region.
    const bool complete = std::all_of(region.choices.begin(), region.choices.end(),
                                      [](const Choice& choice) { return choice.measuredNs > 0; });
    if (!complete)
      for (Choice& choice : region.choices) choice.measuredNs = 0;
  }
}

}  // namespace ridge
