#include <algorithm>
#include <set>

#include "plan/check_spec.h"
#include "plan/control.h"
#include "plan/plan.h"

namespace ridge {

namespace {

bool alike(const ArraySpec& a, const ArraySpec& b) {
  return a.type == b.type && a.dims == b.dims;
}

bool isOne(const ArraySpec& array, DType type) {
  return array.type == type && elementCount(array.dims) == 1;
}

bool isOfHost(const ArraySpec& array) {
  return array.at.space != Space::arena || array.at.index == 0;
}

bool overlap(const ArraySpec& a, const ArraySpec& b) {
  const auto bytes = [](const ArraySpec& array) { return bytesOf(array.type, elementCount(array.dims)); };
  return a.at.space == b.at.space && a.at.index == b.at.index && a.at.offset < b.at.offset + bytes(b) &&
         b.at.offset < a.at.offset + bytes(a);
}

Dims without(const Dims& dims, int32_t axis) {
  Dims made = dims;
  made.erase(made.begin() + axis);
  return made;
}

class Checker {
 public:
  explicit Checker(const Step& step) : step_(step), control_(*step.control), spec_(step.kernel) {}

  void run() const {
    require(spec_.memory == 0, "bodies run on the host");
    require(step_.bodies.size() == (control_.loops ? 1U : 2U), "it has another number of bodies");
    checkPlaces();
    checkResults();
    if (control_.loops)
      checkLoop();
    else
      checkBranch();
  }

 private:
  void require(bool holds, const char* sentence) const { requireSpec(holds, spec_, sentence); }

  void checkPlaces() const {
    const size_t heads = control_.loops ? 2 : 1;
    require(spec_.in.size() >= heads, "it lacks a condition");
    for (size_t at = 0; at < spec_.in.size(); ++at) {
      const bool absent = spec_.in[at].at.space == Space::none;
      require(absent ? control_.loops && at < heads : isOfHost(spec_.in[at]) && isDensePlain(spec_.in[at]),
              "its bodies read dense arrays of the host");
    }
    for (size_t at = 0; at < spec_.out.size(); ++at) {
      const ArraySpec& array = spec_.out[at];
      require(isOfHost(array) && isDensePlain(array), "its bodies write dense arrays of the host");
      const auto meets = [&](const ArraySpec& other) { return overlap(array, other); };
      require(std::none_of(spec_.in.begin(), spec_.in.end(), meets) &&
                  std::none_of(spec_.out.begin(), spec_.out.begin() + static_cast<ptrdiff_t>(at), meets),
              "its bodies write what they read");
    }
  }

  void checkResults() const {
    std::set<int32_t> written;
    for (const int32_t out : control_.out)
      require(out == -1 ||
                  (out >= 0 && static_cast<size_t>(out) < spec_.out.size() && written.insert(out).second),
              "its results are not its outputs");
    require(written.size() == spec_.out.size(), "its results are not its outputs");
  }

  const ArraySpec& port(const Plan& body, const std::vector<Port>& ports, size_t at) const {
    const bool known = at < ports.size() && ports[at].array >= 0 &&
                       static_cast<size_t>(ports[at].array) < body.arrays.size();
    require(known, "a body has a value without a shape");
    return body.arrays[static_cast<size_t>(ports[at].array)].array;
  }
  const ArraySpec& taken(size_t at) const { return port(step_.bodies[0], step_.bodies[0].inputs, at); }
  const ArraySpec& given(size_t at) const { return port(step_.bodies[0], step_.bodies[0].outputs, at); }

  /// Result `at` is like this array, if anybody reads it.
  bool fits(size_t at, const ArraySpec& array) const {
    const int32_t out = control_.out[at];
    return out < 0 || alike(spec_.out[static_cast<size_t>(out)], array);
  }

  void checkBranch() const {
    require(isOne(spec_.in[0], DType::boolean), "its condition is not one boolean");
    for (const Plan& body : step_.bodies) {
      require(body.inputs.size() == spec_.in.size() - 1 && body.outputs.size() == control_.out.size(),
              "a body takes or gives another number of values");
      for (size_t at = 0; at < body.inputs.size(); ++at)
        require(alike(spec_.in[1 + at], port(body, body.inputs, at)), "a body takes another array");
      for (size_t at = 0; at < body.outputs.size(); ++at)
        require(fits(at, port(body, body.outputs, at)), "a body gives another array");
    }
  }

  void checkLoop() const {
    const size_t heads = control_.counts ? 2 : 0, states = static_cast<size_t>(control_.states);
    require(control_.states >= 0 && control_.iterations >= -1, "its numbers are out of range");
    require(spec_.in.size() >= 2 + states + control_.scanned.size() &&
                control_.out.size() == states + control_.collected.size() &&
                step_.bodies[0].inputs.size() == heads + spec_.in.size() - 2 &&
                step_.bodies[0].outputs.size() == heads / 2 + control_.out.size(),
            "its body takes or gives another number of values");
    const bool slices =
        !control_.scanned.empty() || std::any_of(control_.out.begin() + control_.states, control_.out.end(),
                                                 [](int32_t out) { return out >= 0; });
    require(slices == (control_.iterations >= 0), "its slices do not say how often its body runs");
    checkCounting();
    for (size_t at = 0; at + 2 < spec_.in.size(); ++at) {
      const ArraySpec &array = spec_.in[2 + at], &inside = taken(heads + at);
      const bool slice = at >= states && at < states + control_.scanned.size();
      require(slice ? isSlice(array, inside, control_.scanned[at - states]) : alike(array, inside),
              "its body takes another array");
      if (at < states)
        require(alike(array, given(heads / 2 + at)) && fits(at, array), "a state changes its shape");
    }
    for (size_t at = 0; at < control_.collected.size(); ++at) {
      const ArraySpec& inside = given(heads / 2 + states + at);
      const int32_t out = control_.out[states + at];
      require(out < 0 || isSlice(spec_.out[static_cast<size_t>(out)], inside, control_.collected[at]),
              "its body gives another array");
    }
  }

  void checkCounting() const {
    if (!control_.counts)
      return require(control_.iterations >= 0 && spec_.in[0].at.space == Space::none &&
                         spec_.in[1].at.space == Space::none,
                     "only its slices say how often its body runs");
    require(isOne(taken(0), DType::i64) && isOne(taken(1), DType::boolean) && isOne(given(0), DType::boolean),
            "its body does not count");
    const ArraySpec &trips = spec_.in[0], &condition = spec_.in[1];
    require((trips.at.space == Space::none || isOne(trips, DType::i64)) &&
                (condition.at.space == Space::none || isOne(condition, DType::boolean)),
            "its number or its condition is not one element");
  }

  bool isSlice(const ArraySpec& whole, const ArraySpec& slice, const Slicing& slicing) const {
    return slicing.axis >= 0 && static_cast<size_t>(slicing.axis) < whole.dims.size() &&
           whole.type == slice.type && whole.dims[static_cast<size_t>(slicing.axis)] == control_.iterations &&
           without(whole.dims, slicing.axis) == slice.dims;
  }

  const Step& step_;
  const Control& control_;
  const KernelSpec& spec_;
};

}  // namespace

void checkControl(const Step& step) {
  Checker(step).run();
}

}  // namespace ridge
