#include "plan/record.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/text.h"
#include "ir/dump.h"
#include "plan/device_memory.h"

namespace ridge {

namespace {

bool hasOrders(const Choice& choice) {
  const auto isLast = [](Order order) { return order == Order::channelsLast; };
  return std::any_of(choice.candidate.inputOrders.begin(), choice.candidate.inputOrders.end(), isLast) ||
         std::any_of(choice.candidate.outputOrders.begin(), choice.candidate.outputOrders.end(), isLast);
}

std::string ordersOf(const Candidate& candidate) {
  const Order in = candidate.inputOrders.empty() ? Order::plain : candidate.inputOrders.front();
  const Order out = candidate.outputOrders.empty() ? in : candidate.outputOrders.front();
  return in == out ? fmt::format(" {}", name(in)) : fmt::format(" {} to {}", name(in), name(out));
}

/// Parameters in which the tactic's other candidates differ.
std::string ownParams(const std::vector<Choice>& choices, const Candidate& candidate) {
  std::string text;
  for (size_t at = 0; at < candidate.params.size(); ++at)
    if (std::any_of(choices.begin(), choices.end(), [&](const Choice& other) {
          return other.candidate.tactic == candidate.tactic &&
                 other.candidate.params.size() == candidate.params.size() &&
                 other.candidate.params[at] != candidate.params[at];
        }))
      text += fmt::format("{}{}", text.empty() ? " " : ",", candidate.params[at]);
  return text;
}

class Recorder {
 public:
  Recorder(const Graph& graph, const Cover& cover, const Formats& formats, const Layout& layout,
           const Memories& memories, const Plan& plan)
      : graph_(graph), cover_(cover), formats_(formats), layout_(layout), memories_(memories), plan_(plan) {}

  std::vector<Decision> run(const MemoryPlan& memory) {
    size_t placed = 0;
    for (size_t raw = 0; raw < layout_.steps.size(); ++raw) {
      const bool executes = placed < memory.steps.size() && memory.steps[placed].raw == static_cast<int>(raw);
      const std::vector<PlacedCopy> none;
      const std::vector<PlacedCopy>& copies = executes ? memory.steps[placed].copies : none;
      addRaw(layout_.steps[raw], copies);
      if (!executes) continue;
      ++placed;
      step_ += layout_.steps[raw].kind == RawStep::Kind::region ? 1 : static_cast<int32_t>(copies.size());
    }
    return std::move(decisions_);
  }

 private:
  void addRaw(const RawStep& raw, const std::vector<PlacedCopy>& copies) {
    if (raw.kind == RawStep::Kind::region) return addRegion(raw);
    if (raw.kind == RawStep::Kind::movement) return addMovement(raw, copies);
    raw.kind == RawStep::Kind::transfer ? addTransfer() : addCopy(raw);
  }

  Decision& add(DecisionKind kind, std::string subject, std::string sentence) {
    Decision& made = decisions_.emplace_back();
    made.kind = kind;
    made.subject = std::move(subject);
    made.sentence = std::move(sentence);
    made.step = step_;
    return made;
  }

  void addRegion(const RawStep& raw) {
    const CoverRegion& cover = cover_.regions[static_cast<size_t>(raw.region)];
    const size_t taken = formats_.choice[static_cast<size_t>(raw.region)];
    const std::string subject = displayName(graph_, cover.region);
    if (!cover.island && !cover.control) addChoices(cover.choices, taken, subject);
    for (const Decision& decision : cover.decisions) {
      decisions_.push_back(decision);
      decisions_.back().step = step_;
    }
    const Choice &first = cover.choices.front(), &chosen = cover.choices[taken];
    if (chosen.memory != first.memory)
      add(DecisionKind::place, subject,
          fmt::format("is left to {}: moving its arrays for {} would cost more than it saves",
                      chosen.backend->name(), first.backend->name()))
          .what = chosen.backend->name();
    const auto isInteger = [&](NodeId member) { return graph_.node(member).op->traits.integer; };
    if (std::any_of(cover.region.members.begin(), cover.region.members.end(), isInteger))
      add(DecisionKind::precision, subject,
          "runs as integers: QuantizeLinear and DequantizeLinear of the model ask for it")
          .what = "int8";
  }

  void addChoices(const std::vector<Choice>& choices, size_t taken, const std::string& subject) {
    std::vector<std::string> names = namesOf(choices);
    for (size_t at = 0; at < choices.size(); ++at) {
      Decision& made = add(DecisionKind::tried, subject, {});
      made.what = std::move(names[at]);
      made.estimateNs = choices[at].candidate.estimateNs;
      made.measuredNs = choices[at].measuredNs;
      made.chosen = at == taken;
    }
  }

  const Storage& storage(int at) const { return layout_.storages[static_cast<size_t>(at)]; }

  static uint64_t bytesOfCopy(const Storage& storage, const Dims& dims) {
    return bytesOf(storage.type, elementCount(dims));
  }

  void addMovement(const RawStep& raw, const std::vector<PlacedCopy>& copies) {
    const CoverRegion& cover = cover_.regions[static_cast<size_t>(raw.region)];
    const std::string subject = displayName(graph_, cover.region);
    const size_t pieces = cover.movement->pieces.size();
    if (copies.empty()) {
      if (pieces > 1)
        add(DecisionKind::inPlace, subject, "what it joins is written where it belongs: nothing is copied");
      else
        add(DecisionKind::view, subject, "its result is its input, read in another way: nothing is moved");
      decisions_.back().step = -1;
      return;
    }
    for (size_t at = 0; at < copies.size(); ++at) {
      const Storage& source = storage(copies[at].in);
      Decision& made =
          add(DecisionKind::copied, subject,
              pieces > 1 ? whyNotJoined(source) : "neither its input nor its readers take it as a view");
      made.what = graph_.value(source.value).name;
      made.bytes = bytesOfCopy(source, copies[at].dims);
      made.step += static_cast<int32_t>(at);
      made.estimateNs = plan_.steps[static_cast<size_t>(made.step)].estimateNs;
    }
  }

  /// Why a part of a join could not be written into the whole.
  static std::string whyNotJoined(const Storage& part) {
    if (part.space == Space::input) return "it is an input of the network, in the caller's memory";
    if (part.space == Space::output) return "it is an output of the network too, in the caller's memory";
    if (part.space == Space::weights) return "it is a constant";
    if (part.parent >= 0) return "it lies inside of another array already";
    return "a step that writes or reads it, or a view of it, needs it dense";
  }

  void addCopy(const RawStep& raw) {
    const Storage &from = storage(raw.in.front()), &to = storage(raw.out.front());
    const Step& step = plan_.steps[static_cast<size_t>(step_)];
    const bool reorders = from.order != to.order;
    Decision& made = add(
        reorders ? DecisionKind::reformat : DecisionKind::copied, graph_.value(from.value).name,
        reorders ? fmt::format("is copied to another layout, about {:.1f} us", step.estimateNs / 1e3)
                 : "the output is an input, a constant or another output too: each has memory of its own");
    if (reorders) made.what = name(to.order);
    made.bytes = bytesOfCopy(to, to.dims);
    made.estimateNs = step.estimateNs;
  }

  void addTransfer() {
    const Step& step = plan_.steps[static_cast<size_t>(step_)];
    const ArraySpec& array = step.kernel.out.front();
    const std::string_view device = memories_.device(step.kernel.memory).name();
    const uint64_t bytes = bytesOf(array.type, elementCount(array.dims));
    Decision& made =
        add(DecisionKind::transfer, step.name,
            fmt::format("is moved {} {}, {} bytes, about {:.1f} us", isUpload(step.kernel) ? "to" : "from",
                        device, bytes, step.estimateNs / 1e3));
    made.what = device;
    made.bytes = bytes;
    made.estimateNs = step.estimateNs;
  }

  const Graph& graph_;
  const Cover& cover_;
  const Formats& formats_;
  const Layout& layout_;
  const Memories& memories_;
  const Plan& plan_;
  int32_t step_ = 0;  // the next of the plan
  std::vector<Decision> decisions_;
};

}  // namespace

std::vector<std::string> namesOf(const std::vector<Choice>& choices) {
  const bool orders = std::any_of(choices.begin(), choices.end(), hasOrders);
  std::vector<std::string> names;
  for (const Choice& choice : choices)
    names.push_back(fmt::format("{}.{}{}{}", choice.backend->name(), choice.candidate.tactic,
                                orders ? ordersOf(choice.candidate) : "",
                                ownParams(choices, choice.candidate)));
  return names;
}

std::vector<Decision> recordDecisions(const Graph& graph, const Cover& cover, const Formats& formats,
                                      const Layout& layout, const MemoryPlan& memory,
                                      const Memories& memories, const Plan& plan) {
  return Recorder(graph, cover, formats, layout, memories, plan).run(memory);
}

}  // namespace ridge
