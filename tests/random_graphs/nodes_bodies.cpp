#include "grower.h"

namespace ridge::test {

namespace {

constexpr int kDeepest = 2;

/// Some tensors of the graph that a body reads.
std::vector<Known> captured(Grower& g, int64_t count) {
  std::vector<Known> chosen;
  for (; count > 0; --count)
    if (const auto value = g.choose([](const Known&) { return true; })) chosen.push_back(*value);
  return chosen;
}

Known boolean(Grower& g) {
  if (const auto computed = g.choose(
          [](const Known& v) { return v.type() == DType::boolean && v.count() == 1 && v.rank() == 0; });
      computed && g.chance(70))
    return *computed;
  return g.someConstant(DType::boolean, {});
}

/// What stands for a value inside a body: the errors inside have been followed, so a result may carry some.
std::shared_ptr<const Graph> bodyWith(Grower& body, const std::vector<Known>& outputs) {
  int next = 0;
  for (const Known& output : outputs) body.graph().addOutput("result" + std::to_string(next++), output.id);
  return std::make_shared<const Graph>(std::move(body.graph()));
}

/// Results of a body are exact when everything in it is.
Rounding roundingOf(const std::vector<Known>& outputs) {
  for (const Known& output : outputs)
    if (output.noise > 0) return Rounding::rounded;
  return Rounding::exact;
}

/// As a body sees what it carries: later iterations get results of earlier ones, with their noise.
Known carriedInside(Known value) {
  if (!isFloat(value.type())) return value;
  value.noise += 16 * epsilonOf(value.type());
  return value;
}

/// A body may pass a constant or an input straight out.
std::optional<Known> result(Grower& body, const std::function<bool(const Known&)>& fits) {
  return body.choose(fits);
}

void branch(Grower& g) {
  if (g.depth() >= kDeepest) return;
  const std::vector<Known> captures = captured(g, 1 + g.pick(3));
  if (captures.empty()) return;
  const Known condition = boolean(g);
  Grower yes = g.child(captures), no = g.child(captures);
  grow(yes, g.pick(5));
  grow(no, g.pick(5));
  std::vector<Known> thenOut, elseOut;
  for (int64_t outputs = 1 + g.pick(2); outputs > 0; --outputs) {
    const auto a = result(yes, [](const Known&) { return true; });
    if (!a) return;
    // The same shape as a rule; others make what follows dynamic.
    const bool sameShape = g.chance(80);
    const auto b = result(no, [&](const Known& v) {
      return v.type() == a->type() && v.rank() == a->rank() && (!sameShape || v.dims() == a->dims());
    });
    if (!b) return;
    thenOut.push_back(*a);
    elseOut.push_back(*b);
  }
  const bool taken = condition.tensor().as<uint8_t>()[0] != 0;
  std::vector<Known> in{condition};
  in.insert(in.end(), captures.begin(), captures.end());
  const Rounding rounding = roundingOf(taken ? thenOut : elseOut);
  g.addAll({ops::ifOf,
            in,
            {},
            rounding,
            static_cast<int>(thenOut.size()),
            {bodyWith(no, elseOut), bodyWith(yes, thenOut)},
            static_cast<int>(captures.size())});
}

void loop(Grower& g) {
  if (g.depth() >= kDeepest) return;
  const std::vector<Known> carried = captured(g, g.pick(3)), captures = captured(g, g.pick(3));
  Known trips = g.constant(DType::i64, {}, {static_cast<double>(g.pick(4))});
  if (g.chance(30))
    if (const auto computed = g.choose([](const Known& v) {
          return v.type() == DType::i64 && v.rank() == 0 && v.tensor().as<int64_t>()[0] < 5;
        }))
      trips = *computed;
  const Known condition = g.chance(50) ? Known{} : boolean(g);
  const Known yes{.id = kNoValue, .data = fromDoubles(DType::boolean, {}, std::vector{1.0})};
  const Known iteration{.id = kNoValue, .data = Tensor::scalar(int64_t{0})};
  std::vector<Known> formals{iteration, yes};
  for (const Known& value : carried) formals.push_back(carriedInside(value));
  formals.insert(formals.end(), captures.begin(), captures.end());
  Grower body = g.child(formals);
  // The sample values of the formal inputs are the first iteration's: later ones make their own noise.
  grow(body, 1 + g.pick(5));
  std::vector<Known> outputs;
  const auto go = result(body, [](const Known& v) { return v.type() == DType::boolean && v.rank() == 0; });
  outputs.push_back(*go);
  for (const Known& value : carried) {
    const auto next =
        result(body, [&](const Known& v) { return v.type() == value.type() && v.dims() == value.dims(); });
    outputs.push_back(*next);
  }
  // What a loop that never runs would have collected has no certain shape.
  const bool runs = trips.tensor().as<int64_t>()[0] > 0 &&
                    (condition.id == kNoValue || condition.tensor().as<uint8_t>()[0] != 0);
  for (int64_t scans = runs ? g.pick(3) : 0; scans > 0; --scans)
    if (const auto scan = result(body, [](const Known&) { return true; })) outputs.push_back(*scan);
  if (outputs.size() < 2) return;
  std::vector<Known> in{trips, condition};
  in.insert(in.end(), carried.begin(), carried.end());
  in.insert(in.end(), captures.begin(), captures.end());
  const auto outs = static_cast<int>(outputs.size()) - 1;
  const Rounding rounding = roundingOf(outputs);
  g.addAll({ops::loop, in, {}, rounding, outs, {bodyWith(body, outputs)}, static_cast<int>(captures.size())});
}

void scan(Grower& g) {
  if (g.depth() >= kDeepest) return;
  const auto x = g.choose([](const Known& v) { return v.rank() >= 1 && v.dims()[0] > 0; });
  if (!x) return;
  const std::vector<Known> states = captured(g, g.pick(2)), captures = captured(g, g.pick(2));
  std::vector<Known> formals;
  for (const Known& value : states) formals.push_back(carriedInside(value));
  Known slice = *x;
  const Dims dims(x->dims().begin() + 1, x->dims().end());
  std::vector<double> values = toDoubles(x->tensor());
  values.resize(static_cast<size_t>(elementCount(dims)));
  slice.data = fromDoubles(x->type(), dims, values);
  formals.push_back(slice);
  formals.insert(formals.end(), captures.begin(), captures.end());
  Grower body = g.child(formals);
  grow(body, 1 + g.pick(4));
  std::vector<Known> outputs;
  for (const Known& value : states)
    outputs.push_back(
        *result(body, [&](const Known& v) { return v.type() == value.type() && v.dims() == value.dims(); }));
  for (int64_t scans = 1 + g.pick(2); scans > 0; --scans)
    outputs.push_back(*result(body, [](const Known&) { return true; }));
  std::vector<Known> in = states;
  in.push_back(*x);
  in.insert(in.end(), captures.begin(), captures.end());
  const auto outs = static_cast<int>(outputs.size());
  const Rounding rounding = roundingOf(outputs);
  g.addAll({ops::scan,
            in,
            {{"num_scan_inputs", int64_t{1}}},
            rounding,
            outs,
            {bodyWith(body, outputs)},
            static_cast<int>(captures.size())});
}

}  // namespace

std::vector<NodeMaker> bodyMakers() {
  return {{branch, 4}, {loop, 4}, {scan, 1}};
}

}  // namespace ridge::test
