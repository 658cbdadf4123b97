#include "runtime/control_run.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/error.h"
#include "base/interrupt.h"
#include "plan/check_spec.h"
#include "runtime/context.h"

namespace ridge {

namespace {

uint64_t bytesOfArray(const ArraySpec& array) {
  return bytesOf(array.type, elementCount(array.dims));
}

Tensor likeArray(const ArraySpec& array) {
  return Tensor::allocate(array.type, array.dims);
}

}  // namespace

ControlRun::ControlRun(const Step& step, std::span<const std::shared_ptr<const Executable>> bodies)
    : step_(step), control_(*step.control) {
  for (const auto& body : bodies) bodies_.push_back(std::make_unique<ExecutionContext>(body));
  if (!control_.loops) return;
  const auto states = static_cast<size_t>(control_.states);
  current_.resize(states);
  for (size_t at = 0; at < states; ++at)
    states_.push_back({likeArray(step.kernel.in[2 + at]), likeArray(step.kernel.in[2 + at])});
  for (size_t at = 0; at < control_.scanned.size(); ++at)
    scanned_.push_back(slicesOf(step.kernel.in[2 + states + at], control_.scanned[at]));
  for (size_t at = 0; at < control_.collected.size(); ++at) {
    const int32_t out = control_.out[states + at];
    collected_.push_back(
        out < 0 ? Slices() : slicesOf(step.kernel.out[static_cast<size_t>(out)], control_.collected[at]));
  }
}

ControlRun::~ControlRun() = default;

ControlRun::Slices ControlRun::slicesOf(const ArraySpec& whole, const Slicing& slicing) {
  const auto axis = static_cast<size_t>(slicing.axis);
  const std::span<const int64_t> dims(whole.dims);
  Slices slices;
  slices.outer = elementCount(dims.first(axis));
  slices.rowBytes = bytesOf(whole.type, elementCount(dims.subspan(axis + 1)));
  slices.length = dims[axis];
  slices.backward = slicing.backward;
  Dims slice = whole.dims;
  slice.erase(slice.begin() + slicing.axis);
  if (slices.outer > 1) slices.copy = Tensor::allocate(whole.type, slice);
  return slices;
}

uint64_t ControlRun::Slices::offset(int64_t iteration) const {
  if (outer == 0) return 0;
  return static_cast<uint64_t>(backward ? length - 1 - iteration : iteration) * rowBytes;
}

void ControlRun::run(const Buffers& buffers) {
  if (control_.loops)
    loop(buffers);
  else
    branch(buffers);
}

std::byte* ControlRun::result(size_t at, const Buffers& buffers) const {
  const int32_t out = control_.out[at];
  return out < 0 ? nullptr : writableAddressOf(step_.kernel.out[static_cast<size_t>(out)].at, buffers);
}

void ControlRun::branch(const Buffers& buffers) {
  const std::vector<ArraySpec>& in = step_.kernel.in;
  const size_t taken = *addressOf(in[0].at, buffers) != std::byte{0} ? 1 : 0;
  ExecutionContext& body = *bodies_[taken];
  for (size_t at = 1; at < in.size(); ++at) body.bindInput(at - 1, addressOf(in[at].at, buffers));
  for (size_t at = 0; at < control_.out.size(); ++at)
    if (std::byte* place = result(at, buffers)) body.bindOutput(at, place);
  withContext([&] { return std::string(taken == 1 ? "then_branch" : "else_branch"); },
              [&] { body.execute(); });
}

int64_t ControlRun::mostIterations(const Buffers& buffers) const {
  if (control_.iterations >= 0) return control_.iterations;
  const ArraySpec& trips = step_.kernel.in[0];
  int64_t most = std::numeric_limits<int64_t>::max();
  if (trips.at.space != Space::none) std::memcpy(&most, addressOf(trips.at, buffers), sizeof most);
  return most;
}

void ControlRun::loop(const Buffers& buffers) {
  const ArraySpec& condition = step_.kernel.in[1];
  goes_ = 1;
  if (condition.at.space != Space::none) std::memcpy(&goes_, addressOf(condition.at, buffers), 1);
  beginLoop(buffers);
  const int64_t most = mostIterations(buffers);
  for (iteration_ = 0; goes_ != 0 && iteration_ < most; ++iteration_) {
    throwIfInterrupted();
    bindIteration(buffers);
    withContext([&] { return "iteration " + std::to_string(iteration_); }, [&] { bodies_[0]->execute(); });
    endIteration(buffers);
  }
  storeStates(buffers);
}

/// What stays the same in all iterations.
void ControlRun::beginLoop(const Buffers& buffers) {
  const std::vector<ArraySpec>& in = step_.kernel.in;
  ExecutionContext& body = *bodies_[0];
  const size_t heads = control_.counts ? 2 : 0;
  for (size_t at = 0; at < current_.size(); ++at) current_[at] = addressOf(in[2 + at].at, buffers);
  for (size_t at = 2 + current_.size() + scanned_.size(); at < in.size(); ++at)
    body.bindInput(heads + at - 2, addressOf(in[at].at, buffers));
  if (!control_.counts) return;
  body.bindInput(0, &iteration_);
  body.bindInput(1, &goes_);
}

void ControlRun::bindIteration(const Buffers& buffers) {
  ExecutionContext& body = *bodies_[0];
  const size_t heads = control_.counts ? 2 : 0, states = current_.size();
  for (size_t at = 0; at < states; ++at) {
    body.bindInput(heads + at, current_[at]);
    body.bindOutput(heads / 2 + at, states_[at][iteration_ % 2].mutableBytes().data());
  }
  for (size_t at = 0; at < scanned_.size(); ++at) {
    Slices& slices = scanned_[at];
    const std::byte* from =
        addressOf(step_.kernel.in[2 + states + at].at, buffers) + slices.offset(iteration_);
    if (slices.copy.defined()) {
      std::byte* to = slices.copy.mutableBytes().data();
      for (int64_t row = 0; slices.copy.byteSize() > 0 && row < slices.outer; ++row)
        std::memcpy(to + static_cast<uint64_t>(row) * slices.rowBytes,
                    from + static_cast<uint64_t>(row * slices.length) * slices.rowBytes, slices.rowBytes);
      from = to;
    }
    body.bindInput(heads + states + at, from);
  }
  for (size_t at = 0; at < collected_.size(); ++at) {
    std::byte* whole = result(states + at, buffers);
    if (!whole) continue;
    Slices& slices = collected_[at];
    std::byte* to =
        slices.copy.defined() ? slices.copy.mutableBytes().data() : whole + slices.offset(iteration_);
    body.bindOutput(heads / 2 + states + at, to);
  }
}

void ControlRun::endIteration(const Buffers& buffers) {
  if (control_.counts) std::memcpy(&goes_, bodies_[0]->outputData(0), 1);
  for (size_t at = 0; at < current_.size(); ++at) current_[at] = states_[at][iteration_ % 2].bytes().data();
  for (size_t at = 0; at < collected_.size(); ++at) {
    const Slices& slices = collected_[at];
    if (!slices.copy.defined() || slices.copy.byteSize() == 0) continue;
    std::byte* to = result(current_.size() + at, buffers) + slices.offset(iteration_);
    for (int64_t row = 0; row < slices.outer; ++row)
      std::memcpy(to + static_cast<uint64_t>(row * slices.length) * slices.rowBytes,
                  slices.copy.bytes().data() + static_cast<uint64_t>(row) * slices.rowBytes, slices.rowBytes);
  }
}

void ControlRun::storeStates(const Buffers& buffers) const {
  for (size_t at = 0; at < current_.size(); ++at)
    if (std::byte* place = result(at, buffers))
      if (const uint64_t bytes = bytesOfArray(step_.kernel.in[2 + at]); bytes > 0)
        std::memcpy(place, current_[at], bytes);
}

uint64_t ControlRun::activationBytes() const {
  uint64_t bytes = 0;
  for (const auto& body : bodies_) bytes += body->activationBytes();
  for (const auto& state : states_) bytes += state[0].byteSize() + state[1].byteSize();
  return bytes;
}

}  // namespace ridge
