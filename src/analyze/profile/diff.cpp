#include "analyze/profile/diff.h"

#include <algorithm>
#include <unordered_map>

namespace ridge::analyze {

namespace {

using Names = std::vector<std::string>;
constexpr size_t kNone = static_cast<size_t>(-1);

class Matching {
 public:
  Matching(std::span<const ComparedLayer> a, std::span<const ComparedLayer> b)
      : a_(a), b_(b), partner_(a.size(), kNone), taken_(b.size(), false) {}

  /// Pairs what is still alone and has a name in common; `namesOf(layer)` are tried in order.
  template <class NamesOf>
  void pairBy(const NamesOf& namesOf) {
    std::unordered_map<std::string, std::vector<size_t>> known;  // last first: equal names pair in order
    for (size_t at = b_.size(); at-- > 0;)
      if (!taken_[at])
        for (const std::string& name : namesOf(b_[at])) known[name].push_back(at);
    for (size_t at = 0; at < a_.size(); ++at)
      if (partner_[at] == kNone)
        for (const std::string& name : namesOf(a_[at]))
          if (const auto found = known.find(name); found != known.end() && take(at, found->second)) break;
  }

  size_t partnerOf(size_t at) const { return partner_[at]; }
  bool taken(size_t at) const { return taken_[at]; }

 private:
  bool take(size_t at, std::vector<size_t>& candidates) {
    while (!candidates.empty() && taken_[candidates.back()]) candidates.pop_back();
    if (candidates.empty()) return false;
    partner_[at] = candidates.back();
    taken_[candidates.back()] = true;
    return true;
  }

  std::span<const ComparedLayer> a_, b_;
  std::vector<size_t> partner_;
  std::vector<bool> taken_;
};

LayerPair pairOf(std::span<const ComparedLayer> a, std::span<const ComparedLayer> b, size_t atA, size_t atB) {
  const ComparedLayer &first = a[atA], &second = b[atB];
  LayerPair pair;
  pair.a = atA;
  pair.b = atB;
  pair.kernelChanged = first.kernel != second.kernel;
  pair.precisionChanged = first.precision != second.precision;
  pair.opsChanged = first.ops != second.ops;
  if (first.ms && second.ms) {
    pair.lostMs = *second.ms - *first.ms;
    if (*first.ms > 0) pair.ratio = *second.ms / *first.ms;
  }
  return pair;
}

}  // namespace

LayerDiff diffLayers(std::span<const ComparedLayer> a, std::span<const ComparedLayer> b) {
  Matching matching(a, b);
  matching.pairBy([](const ComparedLayer& layer) { return Names{layer.name}; });
  matching.pairBy([](const ComparedLayer& layer) -> const Names& { return layer.members; });
  matching.pairBy([](const ComparedLayer& layer) -> const Names& { return layer.origins; });
  LayerDiff diff;
  for (size_t at = 0; at < a.size(); ++at)
    if (matching.partnerOf(at) == kNone)
      diff.onlyA.push_back(at);
    else
      diff.pairs.push_back(pairOf(a, b, at, matching.partnerOf(at)));
  for (size_t at = 0; at < b.size(); ++at)
    if (!matching.taken(at)) diff.onlyB.push_back(at);
  std::stable_sort(diff.pairs.begin(), diff.pairs.end(),
                   [](const LayerPair& x, const LayerPair& y) { return x.lostMs > y.lostMs; });
  return diff;
}

}  // namespace ridge::analyze
