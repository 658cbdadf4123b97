#include "trace_file.h"

#include <fmt/format.h>

#include "analyze/profile/step_facts.h"
#include "base/atomic_file.h"
#include "common/json.h"

namespace ridge::tool {

namespace {

using analyze::Span;

/// The format counts microseconds; three decimals keep every nanosecond, so that boxes stay nested.
std::string microseconds(int64_t nanoseconds) {
  return fmt::format("{}.{:03}", nanoseconds / 1000, nanoseconds % 1000);
}

std::string dumped(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

Json factsOf(const Step& step, const analyze::LayerProfile& layer) {
  Json facts{{"kernel", analyze::kernelOf(step)},
             {"ops", step.ops},
             {"layout", analyze::layoutOf(step)},
             {"precision", analyze::precisionTextOf(step)},
             {"shape", layer.cost.shape}};
  if (layer.cost.known) {
    facts["macs"] = layer.cost.macs;
    facts["flops"] = layer.cost.flops;
    facts["bytes"] = layer.cost.bytes();
  }
  return facts;
}

std::string threadName(int thread) {
  return thread == 0 ? "main: executions and steps" : fmt::format("ridge-{}", thread);
}

}  // namespace

void writeTrace(const std::string& file, const analyze::Spans& spans, const Plan& plan,
                std::span<const analyze::LayerProfile> layers) {
  std::vector<std::string> names, facts;  // by step, as JSON
  for (size_t at = 0; at < plan.steps.size(); ++at) {
    names.push_back(dumped(plan.steps[at].name));
    facts.push_back(dumped(factsOf(plan.steps[at], layers[at])));
  }
  std::string text = R"({"displayTimeUnit":"ns","traceEvents":[)";
  for (int thread = 0; thread < spans.threads; ++thread)
    text += fmt::format(
        R"({{"ph":"M","name":"thread_name","pid":1,"tid":{0},"args":{{"name":"{1}"}}}},
{{"ph":"M","name":"thread_sort_index","pid":1,"tid":{0},"args":{{"sort_index":{0}}}}},
)",
        thread, threadName(thread));
  text += R"({"ph":"M","name":"process_name","pid":1,"tid":0,"args":{"name":"ridge"}})";
  for (const Span& span : spans.spans) {
    const bool part = span.kind == Span::Kind::part;
    const char* kind = part ? "part" : span.kind == Span::Kind::step ? "step" : "execution";
    const std::string name =
        span.kind == Span::Kind::execution ? fmt::format("\"execution {}\"", span.index) : names[span.index];
    const std::string args = part                            ? fmt::format(R"({{"part":{}}})", span.part)
                             : span.kind == Span::Kind::step ? facts[span.index]
                                                             : "{}";
    text += fmt::format(R"(,
{{"ph":"X","cat":"{}","name":{},"pid":1,"tid":{},"ts":{},"dur":{},"args":{}}})",
                        kind, name, span.thread, microseconds(span.begin),
                        microseconds(span.end - span.begin), args);
  }
  text += "]}\n";
  writeFileAtomically(file, std::string_view(text));
}

}  // namespace ridge::tool
