#include "support/remote_backend.h"

#include <array>
#include <chrono>
#include <condition_variable>
#include <cstring>
#include <random>
#include <thread>

#include "base/denormals.h"
#include "base/error.h"
#include "ops/ops.h"
#include "plan/check_spec.h"

namespace ridge::test {

namespace {

constexpr size_t kAlignment = 256;

/// Bit 62 makes an address that no x86-64 accepts.
std::byte* disguised(std::byte* address) {
  return reinterpret_cast<std::byte*>(reinterpret_cast<uintptr_t>(address) ^ (uintptr_t{1} << 62));
}

/// Of a disguised address; null stays null.
std::byte* real(std::byte* address) {
  return address ? disguised(address) : nullptr;
}

/// A kernel of the inner backend with all that it needs, copied when it is enqueued.
struct Launch {
  const Program* program = nullptr;
  int step = 0;
  Buffers buffers;
  std::span<const ArraySpec> out;  ///< of which all elements are written
  uint64_t workspaceBytes = 0;
  std::atomic<bool>* fails = nullptr;
};

struct Copy {
  const std::byte* from = nullptr;
  std::byte* to = nullptr;
  uint64_t bytes = 0;
  bool download = false;
};

using Work = std::variant<Copy, Launch>;

void poison(std::byte* at, uint64_t bytes) {
  if (bytes > 0) std::memset(at, 0xff, bytes);
}

void run(const Copy& copy) {
  std::memcpy(copy.to, copy.from, copy.bytes);
}

void run(const Launch& launch) {
  if (launch.fails->exchange(false)) failMachine("the device has lost its way", {}, "try again");
  poison(launch.buffers.workspace, launch.workspaceBytes);
  for (const ArraySpec& array : launch.out)
    poison(writableAddressOf(array.at, launch.buffers), bytesOf(array.type, extentOf(array)));
  launch.program->run(launch.step, launch.buffers);
}

/// A thread that works off a ring of fixed size.
class RemoteStream : public Stream {
 public:
  RemoteStream(unsigned seed, int longestDelayUs)
      : random_(seed), longestDelayUs_(longestDelayUs), thread_([this] { work(); }) {}
  ~RemoteStream() override {
    {
      const std::lock_guard lock(mutex_);
      ending_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }

  void upload(const std::byte* host, std::byte* device, uint64_t bytes) override {
    enqueue(Copy{host, real(device), bytes, false});
  }
  void download(const std::byte* device, std::byte* host, uint64_t bytes) override {
    enqueue(Copy{real(const_cast<std::byte*>(device)), host, bytes, true});
  }

  void enqueue(const Work& work) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return end_ - begin_ < ring_.size(); });
    ring_[end_++ % ring_.size()] = work;
    changed_.notify_all();
  }

  void finish() override {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return begin_ == end_; });
    if (auto error = std::exchange(error_, nullptr)) std::rethrow_exception(error);
  }

 private:
  void work() {
    const FlushDenormals flush;
    std::unique_lock lock(mutex_);
    while (true) {
      changed_.wait(lock, [this] { return ending_ || begin_ != end_; });
      if (begin_ == end_) return;
      const Work next = ring_[begin_ % ring_.size()];
      const bool skip = error_ != nullptr;
      lock.unlock();
      std::exception_ptr error;
      if (!skip) error = once(next);
      lock.lock();
      if (error) error_ = error;
      ++begin_;
      changed_.notify_all();
    }
  }

  std::exception_ptr once(const Work& next) {
    // Whoever reads too early shall see it.
    if (const Copy* copy = std::get_if<Copy>(&next); copy && copy->download) poison(copy->to, copy->bytes);
    // Sleeping takes tens of microseconds however short it is: not before everything.
    if (longestDelayUs_ > 0 && random_() % 4 == 0)
      std::this_thread::sleep_for(
          std::chrono::microseconds(random_() % static_cast<unsigned>(longestDelayUs_)));
    try {
      std::visit([](const auto& one) { run(one); }, next);
    } catch (...) {
      return std::current_exception();
    }
    return nullptr;
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  std::array<Work, 64> ring_;
  size_t begin_ = 0, end_ = 0;
  bool ending_ = false;
  std::exception_ptr error_;
  std::minstd_rand random_;
  int longestDelayUs_;
  std::thread thread_;
};

/// No element of the array is an element of an input of the step, and no other array lies between its own.
bool mayBePoisoned(const ArraySpec& array, const KernelSpec& spec) {
  if (array.type == DType::boolean || extentOf(array) != elementCount(array.dims)) return false;
  const uint64_t begin = array.at.offset, end = begin + bytesOf(array.type, extentOf(array));
  return std::none_of(spec.in.begin(), spec.in.end(), [&](const ArraySpec& in) {
    return in.at.space == Space::arena && in.at.offset < end &&
           begin < in.at.offset + bytesOf(in.type, extentOf(in));
  });
}

class RemoteProgram : public Program {
 public:
  RemoteProgram(const Backend& inner, std::span<const KernelSpec> specs,
                std::span<const std::span<const std::byte>> weights, DeviceWeights& resident,
                std::atomic<bool>& fails)
      : addresses_(weights.size(), nullptr), fails_(fails) {
    std::vector<KernelSpec> kernels;
    std::vector<std::span<const std::byte>> read(weights.size());
    for (const KernelSpec& spec : specs) {
      Step step{spec.memory, nullptr, static_cast<int>(kernels.size()), {}};
      if (isTransfer(spec))
        step.transfer = compileTransfer(spec);
      else
        kernels.push_back(localised(spec, step));
      steps_.push_back(std::move(step));
      if (isTransfer(spec)) continue;
      for (const auto* arrays : {&spec.in, &spec.packed})
        for (const ArraySpec& array : *arrays)
          if (array.at.space == Space::weights) {
            const auto blob = static_cast<size_t>(array.at.index);
            read[blob] = weights[blob];
          }
    }
    resident_ = resident.resident(read);
    for (size_t blob = 0; blob < read.size(); ++blob) addresses_[blob] = real(resident_[blob].get());
    inner_ = inner.compile(kernels, weights);
  }

  int steps() const override { return static_cast<int>(steps_.size()); }

  void run(int at, const Buffers& buffers) const override {
    const Step& step = steps_[static_cast<size_t>(at)];
    if (step.transfer) return step.transfer->run(buffers);
    std::byte* arena = real(buffers.deviceArenas[static_cast<size_t>(step.memory) - 1]);
    Launch launch;
    launch.program = inner_.get();
    launch.step = step.kernel;
    launch.buffers = {{}, {}, arena, real(buffers.workspace), buffers.workspacePerThread, 1, addresses_};
    launch.out = step.poisoned;
    launch.workspaceBytes = buffers.workspacePerThread;
    launch.fails = &fails_;
    static_cast<RemoteStream&>(*buffers.stream).enqueue(launch);
  }

 private:
  struct Step {
    int32_t memory;
    std::unique_ptr<CompiledStep> transfer;
    int kernel;  ///< of the inner program
    std::vector<ArraySpec> poisoned;
  };

  /// For the inner backend its memory is that of the host.
  static KernelSpec localised(KernelSpec spec, Step& step) {
    for (auto* arrays : {&spec.in, &spec.out})
      for (ArraySpec& array : *arrays)
        if (array.at.space == Space::arena) array.at.index = 0;
    spec.memory = 0;
    for (const ArraySpec& array : spec.out)
      if (mayBePoisoned(array, spec)) step.poisoned.push_back(array);
    return spec;
  }

  std::vector<DeviceBytes> resident_;
  std::vector<const std::byte*> addresses_;
  std::atomic<bool>& fails_;
  std::vector<Step> steps_;
  std::unique_ptr<Program> inner_;
};

}  // namespace

DeviceBytes RemoteMemory::allocate(uint64_t bytes) const {
  const size_t size = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  auto* made = static_cast<std::byte*>(std::aligned_alloc(kAlignment, size));
  if (!made) failMachine("the device is full", {}, "use a smaller batch");
  poison(made, size);
  *bytes_ += bytes;
  return {disguised(made), [bytes, size, count = bytes_](std::byte* address) {
            poison(real(address), size);
            std::free(real(address));
            *count -= bytes;
          }};
}

std::unique_ptr<Stream> RemoteMemory::newStream() const {
  return std::make_unique<RemoteStream>(seed_++, longestDelayUs_);
}

RemoteBackend::RemoteBackend(const Backend& inner, Options options)
    : inner_(inner),
      options_(std::move(options)),
      memory_(options_.memory ? options_.memory
                              : std::make_shared<RemoteMemory>(options_.name, options_.longestDelayUs)) {}

void RemoteBackend::propose(const Graph& graph, const Region& region, Proposals& proposals) const {
  if (!options_.takes(graph, region)) {
    proposals.refusals.push_back({options_.name, "it leaves this to others"});
    return;
  }
  inner_.propose(graph, region, proposals);
  for (Candidate& candidate : proposals.candidates) candidate.estimateNs /= options_.speed;
}

std::unique_ptr<Program> RemoteBackend::compile(std::span<const KernelSpec> specs,
                                                std::span<const std::span<const std::byte>> weights) const {
  return std::make_unique<RemoteProgram>(inner_, specs, weights, weights_, fails_);
}

bool everySecondRegion(const Graph& graph, const Region& region) {
  const Node& node = graph.node(region.members.front());
  return std::hash<std::string>()(node.name + graph.value(node.out.front()).name) % 2 == 0;
}

bool convolutions(const Graph& graph, const Region& region) {
  return !region.anchors.empty() && graph.node(region.anchor()).op == &ops::conv;
}

}  // namespace ridge::test
