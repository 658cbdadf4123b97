// Partitioned boolean quadratic problem: each node takes one of its options; nodes and pairs of nodes cost.
#pragma once

#include <cstddef>
#include <map>
#include <vector>

namespace ridge {

/// Solves by the reductions R0, RI, RII (exact), else the node of highest degree takes its locally cheapest
/// option (RN, heuristic). Ties go to the lowest index, so results are deterministic. (Scholz & Eckstein,
/// 2002.)
class Pbqp {
 public:
  static constexpr double kForbidden = 1e30;

  int addNode(std::vector<double> costs);
  /// Adds matrix[a * optionsOf(second) + b] for first taking a and second taking b; first != second.
  void addEdge(int first, int second, const std::vector<double>& matrix);
  /// One option for each node. The problem is used up.
  std::vector<int> solve();

 private:
  using Matrix = std::vector<double>;  // row: this node's option, column: the neighbour's
  struct Node {
    std::vector<double> costs;
    std::map<int, Matrix> edges;
  };
  size_t options(int node) const { return nodes_[static_cast<size_t>(node)].costs.size(); }
  double& cost(int node, size_t option) { return nodes_[static_cast<size_t>(node)].costs[option]; }
  int pickNext(const std::vector<bool>& done) const;
  void foldIntoOne(int node);
  void foldIntoPair(int node);
  void fixLocally(int node);
  int cheapest(const std::vector<int>& chosen, const Node& record) const;

  std::vector<Node> nodes_;
};

}  // namespace ridge
