// What the planner and the runtime know of a device. Backends are listed in api/backends.cpp.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "ir/datum.h"
#include "plan/format.h"
#include "plan/kernel_spec.h"
#include "plan/region.h"

namespace ridge {

/// Constants of a region that a candidate wants in another form. The packed bytes are made once per
/// (constants, kind, params) and shared by all plans of an engine.
struct Packing {
  std::vector<ValueId> constants;  ///< of the lowered graph
  std::string kind;                ///< name of the packing in the backend, e.g. "gemm_b_f32"
  std::vector<int64_t> params;
};

/// A tactic with its tile, formats and packings: one way to execute a region.
struct Candidate {
  std::string tactic;
  std::vector<int64_t> params;
  std::vector<Order> inputOrders,
      outputOrders;  ///< by region input / output; constants that are packed: plain
  std::vector<Packing> packings;
  std::vector<ValueId> unread;   ///< region inputs that the kernel reads only in packed form
  uint64_t workspace = 0;        ///< bytes of scratch for each thread
  double estimateNs = 0;         ///< analytic model
  bool stridedInputs = false;    ///< takes any strides whose innermost axis is dense, else dense arrays only
  bool scatteredInputs = false;  ///< with `stridedInputs`: no axis needs to be dense
  bool stridedOutputs = false;   ///< may write into a slice of a larger array
  int inPlaceInput = -1;         ///< region input whose memory output 0 may take over, else -1
};

struct Refusal {
  std::string tactic;
  std::string sentence;  ///< why not, for `explain`
};

struct Proposals {
  std::vector<Candidate> candidates;
  std::vector<Refusal> refusals;
};

class DeviceMemory;
class Stream;

/// Base pointers of one execution, as the steps of one memory see them. Thread t of `threads` may use
/// `workspacePerThread` bytes of scratch at workspace + t * workspacePerThread, in the memory of the step.
struct Buffers {
  std::span<const std::byte* const> inputs;
  std::span<std::byte* const> outputs;
  std::byte* arena = nullptr;
  std::byte* workspace = nullptr;
  uint64_t workspacePerThread = 0;
  int threads = 1;  ///< parts that a step may split into; results do not depend on it
  std::span<const std::byte* const> weights;
  std::span<Datum> slots = {};                    ///< what islands make
  std::span<std::byte* const> deviceArenas = {};  ///< of Plan::memories; `arena` is the host's
  Stream* stream = nullptr;                       ///< of the steps' device; null for steps of the host
};

/// Compiled steps. Immutable and shared by contexts; `run` allocates nothing and may be called from several
/// threads with different buffers. Steps of a device are enqueued on `buffers.stream` and nothing else: what
/// `buffers` points to lives until that has finished, `buffers` itself only during the call.
class Program {
 public:
  virtual ~Program() = default;
  virtual int steps() const = 0;
  virtual void run(int step, const Buffers& buffers) const = 0;
  /// Steps [first, last): as a device can do it at once, e.g. as a graph.
  virtual void runRange(int first, int last, const Buffers& buffers) const {
    for (int step = first; step < last; ++step) run(step, buffers);
  }
};

class Backend {
 public:
  virtual ~Backend() = default;
  virtual std::string_view name() const = 0;
  /// Instruction set or architecture; part of the timing cache's key and of the engine's header.
  virtual std::string architecture() const = 0;
  /// Raised whenever kernels change, so that old timings are not believed.
  virtual int revision() const = 0;
  /// Where its steps find their arrays; null: host memory. A device's program takes the planner's transfers
  /// (device_memory.h) too and keeps constants in its memory (DeviceWeights); steps of its own reach only
  /// arrays and scratch there. Several backends may share a memory: the same name, the same streams.
  virtual const DeviceMemory* memory() const { return nullptr; }

  /// Tactic that copies between arrays of any strides with the same dimensions (reformats, concat, slices),
  /// or "" when this backend has none: `in[0]` to `out[0]`, no params. Up to eight axes, elements of 1, 2, 4
  /// or 8 bytes.
  virtual std::string_view copyTactic() const = 0;
  /// Estimate for it, by bytes moved.
  virtual double copyNs(uint64_t bytes) const = 0;

  virtual void propose(const Graph& graph, const Region& region, Proposals& proposals) const = 0;
  /// Fills everything of `spec` but tactic, params, arrays, workspace: backends with own needs (the reference
  /// backend's nodes) add them here. Arrays are set.
  virtual void describe(const Graph& graph, const Region& region, KernelSpec& spec) const = 0;
  virtual Tensor pack(const Packing& packing, std::span<const Tensor> constants) const = 0;

  /// Checks every spec against what its tactic can run (sizes, strides, packed bytes: specs may come from a
  /// hostile file) and compiles. `weights` are the blobs that Space::weights refers to; they outlive the
  /// program. Throws Error{input} with the step's index and a sentence.
  virtual std::unique_ptr<Program> compile(std::span<const KernelSpec> specs,
                                           std::span<const std::span<const std::byte>> weights) const = 0;
};

}  // namespace ridge
