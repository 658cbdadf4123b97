#include "runtime/context.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>

#include "base/denormals.h"
#include "base/error.h"
#include "base/text.h"
#include "base/thread_pool.h"
#include "plan/check_spec.h"
#include "runtime/control_run.h"

namespace ridge {

namespace {

Tensor zeroBytes(uint64_t count) {
  return Tensor::allocate(DType::u8, {static_cast<int64_t>(count)});
}

/// Copies elements between a dense row-major array and one with strides, in the direction that `move` says.
template <class Move>
void walk(const ArraySpec& array, const Move& move) {
  const auto size = static_cast<int64_t>(bytesOf(array.type, 1));
  const int64_t count = elementCount(array.dims);
  if (bitsOf(array.type) % 8 != 0) {  // always dense
    move(int64_t{0}, int64_t{0}, static_cast<size_t>(bytesOf(array.type, count)));
    return;
  }
  Dims at(array.dims.size(), 0);
  for (int64_t element = 0; element < count; ++element) {
    int64_t place = 0;
    for (size_t axis = 0; axis < at.size(); ++axis) place += at[axis] * array.strides[axis];
    move(element * size, place * size, static_cast<size_t>(size));
    for (size_t axis = at.size(); axis-- > 0;) {
      if (++at[axis] < array.dims[axis]) break;
      at[axis] = 0;
    }
  }
}

void requireFit(const ArraySpec& wanted, const Tensor& given, const std::string& name) {
  if (given.type() == wanted.type && given.dims() == wanted.dims) return;
  failInput(fmt::format("the array is {} {}, the plan wants {} {}", ridge::name(given.type()),
                        toString(given.dims()), ridge::name(wanted.type), toString(wanted.dims)),
            fmt::format("tensor {}", escaped(name)),
            "give an array of this type and shape, or bind other shapes");
}

}  // namespace

ExecutionContext::ExecutionContext(std::shared_ptr<const Executable> executable)
    : executable_(std::move(executable)),
      threads_(ThreadPool::instance().threads()),
      workspacePerThread_((plan().workspaceBytes + 63) / 64 * 64),
      arena_(zeroBytes(plan().arenaBytes)),
      workspace_(zeroBytes(workspacePerThread_ * static_cast<uint64_t>(threads_))),
      devices_(*executable_) {
  for (size_t port = 0; port < plan().inputs.size(); ++port) {
    const ArraySpec& array = executable_->inputArray(port);
    ownInputs_.push_back(Tensor::allocate(array.type, array.dims));
    inputs_.push_back(ownInputs_.back().bytes().data());
  }
  slots_.resize(plan().slots.size());
  for (size_t port = 0; port < plan().outputs.size(); ++port) {
    if (plan().outputs[port].array < 0) {
      ownOutputs_.emplace_back();
      outputs_.push_back(nullptr);
      continue;
    }
    const ArraySpec& array = executable_->outputArray(port);
    ownOutputs_.push_back(Tensor::allocate(array.type, array.dims));
    outputs_.push_back(ownOutputs_.back().mutableBytes().data());
  }
  for (size_t step = 0; step < plan().steps.size(); ++step)
    if (plan().steps[step].control)
      controls_.emplace(step, std::make_unique<ControlRun>(plan().steps[step], executable_->bodies(step)));
}

ExecutionContext::~ExecutionContext() = default;

void ExecutionContext::bindInput(size_t port, const void* data) {
  inputs_.at(port) = static_cast<const std::byte*>(data);
}
void ExecutionContext::bindOutput(size_t port, void* data) {
  if (plan().outputs.at(port).array < 0)
    failUsage("its shape is known only when the network has run",
              fmt::format("output {}", escaped(plan().outputs[port].name)),
              "read it after the execution instead");
  outputs_.at(port) = static_cast<std::byte*>(data);
}

void ExecutionContext::setInput(size_t port, const Tensor& tensor) {
  requireFit(executable_->inputArray(port), tensor, plan().inputs.at(port).name);
  inputs_[port] = ownInputs_[port].bytes().data();
  if (tensor.byteSize() > 0)
    std::memcpy(ownInputs_[port].mutableBytes().data(), tensor.bytes().data(), tensor.byteSize());
}

Tensor ExecutionContext::output(size_t port) const {
  if (const Port& known = plan().outputs.at(port); known.array < 0) {
    const Tensor& made = slots_[static_cast<size_t>(known.slot)].tensor;
    if (!made.defined())
      failInput("it is a sequence, or empty", fmt::format("output {}", escaped(known.name)),
                "ask for a tensor");
    return made;
  }
  const ArraySpec& array = executable_->outputArray(port);
  Tensor copy = Tensor::allocate(array.type, array.dims);
  if (copy.byteSize() > 0) std::memcpy(copy.mutableBytes().data(), outputs_.at(port), copy.byteSize());
  return copy;
}

Buffers ExecutionContext::buffers(size_t memory) const {
  // The tensors are this context's own; `const` only says that the context's bindings do not change.
  Buffers made{inputs_,
               outputs_,
               const_cast<std::byte*>(arena_.bytes().data()),
               const_cast<std::byte*>(workspace_.bytes().data()),
               workspacePerThread_,
               threads_,
               executable_->weights(),
               slots_,
               devices_.arenas()};
  if (memory > 0) devices_.fit(made, memory);
  return made;
}

void ExecutionContext::requireFixedInputs() const {
  for (size_t at = 0; at < inputs_.size(); ++at) {
    const Port& port = plan().inputs[at];
    if (!port.fixed.empty() && std::memcmp(inputs_[at], port.fixed.data(), port.fixed.size()) != 0)
      failInput("the plan was made for another value of this input",
                fmt::format("input {}", escaped(port.name)),
                "give that value, or build with --value for this one");
  }
}

void ExecutionContext::execute() {
  requireFixedInputs();
  execute(0, plan().steps.size());
  carryOver();
}

void ExecutionContext::carry(size_t output, size_t input) {
  const PortType from = plan().typeOf(plan().outputs.at(output)), to = plan().typeOf(plan().inputs.at(input));
  if (from.type != to.type || from.dims != to.dims)
    failInput(
        fmt::format("output {} is {} {}, the input is {} {}", escaped(plan().outputs[output].name),
                    ridge::name(from.type), toString(from.dims), ridge::name(to.type), toString(to.dims)),
        fmt::format("input {}", escaped(plan().inputs[input].name)),
        "carry an output of the same type and shape");
  carried_.push_back({output, input});
}

void ExecutionContext::carryOver() {
  for (const Carried& pair : carried_) {
    // A slot has no bytes of its own until an island has filled it.
    if (plan().outputs[pair.output].array < 0) {
      setInput(pair.input, output(pair.output));
      continue;
    }
    Tensor& state = ownInputs_[pair.input];
    inputs_[pair.input] = state.bytes().data();
    if (state.byteSize() > 0)
      std::memcpy(state.mutableBytes().data(), outputs_[pair.output], state.byteSize());
  }
}

void ExecutionContext::execute(size_t first, size_t last) {
  const FlushDenormals flush;
  try {
    runSteps(first, last);
    devices_.finish();
  } catch (...) {
    devices_.abandon();
    throw;
  }
}

void ExecutionContext::runSteps(size_t first, size_t last) {
  for (size_t step = first; step < last;) {
    const size_t memory = executable_->memoryOf(step);
    const size_t end = observer_ ? step + 1 : std::min(last, executable_->runEnd(step));
    if (executable_->waits(step)) devices_.finish();
    if (observer_) observer_(step, true);
    if (memory > 0) devices_.begin(memory);
    runTogether(step, end);
    if (observer_) {
      devices_.finish();
      observer_(step, false);
    }
    step = end;
  }
}

void ExecutionContext::runTogether(size_t first, size_t last) {
  if (const auto control = controls_.find(first); control != controls_.end())
    withContext([&] { return escaped(plan().steps[first].name); }, [&] { control->second->run(buffers()); });
  else
    executable_->run(first, last, buffers(executable_->memoryOf(first)));
}

template <class Change>
void ExecutionContext::changeBytes(const ArraySpec& part, const Change& change) {
  if (!ContextDevices::hold(part)) return change(writableAddressOf(part.at, buffers()));
  Tensor bytes = devices_.download(part);  // what lies between the elements stays
  change(bytes.mutableBytes().data());
  devices_.upload(part, bytes);
}

Tensor ExecutionContext::read(size_t array) const {
  return read(plan().arrays.at(array).array);
}

Tensor ExecutionContext::read(const ArraySpec& spec) const {
  Tensor copy = Tensor::allocate(spec.type, spec.dims);
  const bool away = ContextDevices::hold(spec);
  const Tensor bytes = away ? devices_.download(spec) : Tensor();
  const std::byte* from = away ? bytes.bytes().data() : addressOf(spec.at, buffers());
  std::byte* to = copy.mutableBytes().data();
  walk(spec,
       [&](int64_t dense, int64_t placed, size_t size) { std::memcpy(to + dense, from + placed, size); });
  return copy;
}

void ExecutionContext::poison(const ArraySpec& part) {
  if (part.type == DType::boolean) return;
  changeBytes(part, [&](std::byte* to) {
    walk(part, [&](int64_t, int64_t placed, size_t size) { std::memset(to + placed, 0xff, size); });
  });
}

void ExecutionContext::write(size_t array, const Tensor& tensor) {
  const ArraySpec& spec = plan().arrays.at(array).array;
  requireFit(spec, tensor, plan().values[static_cast<size_t>(plan().arrays[array].value)].name);
  const std::byte* from = tensor.bytes().data();
  const auto put = [&](std::byte* to) {
    walk(spec,
         [&](int64_t dense, int64_t placed, size_t size) { std::memcpy(to + placed, from + dense, size); });
  };
  if (spec.at.space == Space::input) {  // or a view of one, of another shape
    const auto port = static_cast<size_t>(spec.at.index);
    inputs_[port] = ownInputs_[port].bytes().data();
    put(ownInputs_[port].mutableBytes().data() + spec.at.offset);
  } else {
    changeBytes(spec, put);
  }
}

uint64_t ExecutionContext::activationBytes() const {
  uint64_t bytes = plan().arenaBytes + workspace_.byteSize();
  for (const PlannedMemory& memory : plan().memories) bytes += memory.arenaBytes + memory.workspaceBytes;
  for (const auto& [step, control] : controls_) bytes += control->activationBytes();
  return bytes;
}

}  // namespace ridge
