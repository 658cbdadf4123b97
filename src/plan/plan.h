// The third state of a model: chosen kernels, formats and places in memory, as a list of steps.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ir/graph.h"
#include "plan/control.h"
#include "plan/decision.h"
#include "plan/kernel_spec.h"

namespace ridge {

/// A value as it crosses the border of regions (or of the plan).
struct PlannedValue {
  std::string name;    ///< of the lowered graph; unique in a plan
  std::string source;  ///< the imported value that it equals; "" when none does
  DType type = DType::undefined;
  Dims dims;
};

/// One storage of a value: a value that is needed in two orders has two.
struct PlannedArray {
  int32_t value = 0;  ///< index into Plan::values
  ArraySpec array;
};

struct Plan;

struct Step {
  KernelSpec kernel;
  std::string name;              ///< of the region (its anchor's name) or of the copied value
  std::vector<std::string> ops;  ///< names of the ops that it executes; {"reformat"}, {"copy"}, {"upload"},
                                 ///< {"download"} for the planner's own
  std::vector<std::string> members;     ///< names of the lowered nodes
  Origins origins;                      ///< names of the source nodes
  std::vector<int32_t> reads;           ///< kernel.in[i] is array reads[i]; -1: a constant or absent
  std::vector<int32_t> writes;          ///< kernel.out[i] is array writes[i]
  double estimateNs = 0;                ///< analytic model
  double measuredNs = 0;                ///< timing cache; 0 when not timed
  int64_t macs = 0;                     ///< multiply-adds of its members
  bool fallback = false;                ///< a reference kernel stands in for one that the device lacks
  std::optional<Control> control = {};  ///< how the bodies run; `kernel` has arrays only then
  std::vector<Plan> bodies;             ///< plans of their own, on the same constants
};

/// Input or output of the plan, with its bound shape.
struct Port {
  std::string name;
  int32_t array = 0;  ///< index into Plan::arrays; -1: its shape is known only when the network has run
  int32_t slot = -1;  ///< index into Plan::slots then
  std::vector<std::byte> fixed = {};  ///< of an input: the only contents that the plan is for; empty: any
};

/// What a caller gives or gets; unknown dimensions are -1.
struct PortType {
  DType type = DType::undefined;
  Dims dims;
};

/// Memory of a device.
struct PlannedMemory {
  std::string name;             ///< DeviceMemory::name
  uint64_t arenaBytes = 0;      ///< activations there
  uint64_t workspaceBytes = 0;  ///< scratch there, of all steps in turn
};

struct Plan {
  std::vector<PlannedValue> values;
  std::vector<PlannedArray> arrays;
  std::vector<PlannedValue>
      slots;  ///< values of islands, made anew in every execution; unknown dimensions are -1
  std::vector<Port> inputs, outputs;
  std::vector<Step> steps;
  std::vector<Decision> decisions;      ///< in order of the steps
  uint64_t arenaBytes = 0;              ///< activations in host memory, 64-byte aligned
  uint64_t workspaceBytes = 0;          ///< scratch of one thread of the host
  std::vector<PlannedMemory> memories;  ///< besides the host's
  std::string device;                   ///< "cpu", "reference"
  std::string architecture;             ///< instruction set that it was planned for
  int tunedThreads = 0;                 ///< threads of the timings; 0 when nothing was timed

  PortType typeOf(const Port& port) const;
  /// The only contents that the plan serves; nullopt: any.
  std::optional<Tensor> fixedOf(const Port& port) const;
};

/// Calls `use(step, depth)` with every step, those of bodies (one deeper) after the step that runs them.
template <class Use>
void forEachStep(const Plan& plan, const Use& use, int depth = 0) {
  for (const Step& step : plan.steps) {
    use(step, depth);
    for (const Plan& body : step.bodies) forEachStep(body, use, depth + 1);
  }
}

/// Constants of an engine in the form that kernels read; shared by its plans. Blobs are 64-byte aligned in
/// the file.
struct WeightBlob {
  std::string key;  ///< content hash, kind and parameters: the same key is stored once
  Tensor bytes;     ///< one-dimensional or as in the graph
};

class WeightStore {
 public:
  enum class Keeps : uint8_t { bytes, nothing /** blobs are empty: of a plan to look at, not to run */ };
  explicit WeightStore(Keeps keeps = Keeps::bytes) : keeps_(keeps) {}

  /// Index of the blob with this key, made by `make` when it is new.
  template <class Make>
  int32_t add(const std::string& key, Make&& make) {
    if (auto found = index_.find(key); found != index_.end()) return found->second;
    const auto at = static_cast<int32_t>(blobs_.size());
    blobs_.push_back({key, keeps_ == Keeps::bytes ? make() : Tensor::allocate(DType::u8, {0})});
    index_.emplace(key, at);
    return at;
  }
  const std::vector<WeightBlob>& blobs() const { return blobs_; }

 private:
  Keeps keeps_;
  std::vector<WeightBlob> blobs_;
  std::unordered_map<std::string, int32_t> index_;
};

}  // namespace ridge
