#include "api/pass_decisions.h"

#include <set>
#include <tuple>

namespace ridge {

namespace {

class Collector {
 public:
  void add(DecisionKind kind, const std::string& pass, const std::vector<std::string>& nodes,
           const std::string& sentence) {
    if (!seen_.emplace(kind, pass, nodes, sentence).second) return;
    Decision& made = decisions.emplace_back();
    made.kind = kind;
    made.subject = pass;
    made.nodes = nodes;
    made.sentence = sentence;
  }

  std::vector<Decision> decisions;

 private:
  std::set<std::tuple<DecisionKind, std::string, std::vector<std::string>, std::string>> seen_;
};

}  // namespace

std::vector<Decision> decisionsOf(const PassReport& report) {
  Collector collector;
  for (const PassReport::Applied& patch : report.patches)
    collector.add(DecisionKind::passApplied, patch.pass, patch.sources.empty() ? patch.nodes : patch.sources,
                  patch.sentence);
  for (const PassReport::Declined& declined : report.declined)
    collector.add(DecisionKind::passDeclined, declined.pass,
                  declined.node.empty() ? std::vector<std::string>() : std::vector{declined.node},
                  declined.sentence);
  return collector.decisions;
}

}  // namespace ridge
