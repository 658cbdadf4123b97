#include "plan/pbqp.h"

#include <algorithm>

#include "base/error.h"

namespace ridge {

int Pbqp::addNode(std::vector<double> costs) {
  check(!costs.empty(), "a PBQP node has an option");
  nodes_.push_back({std::move(costs), {}});
  return static_cast<int>(nodes_.size()) - 1;
}

void Pbqp::addEdge(int first, int second, const std::vector<double>& matrix) {
  check(first != second, "a PBQP edge joins two nodes");
  const size_t rows = options(first), columns = options(second);
  check(matrix.size() == rows * columns, "a PBQP matrix fits its nodes");
  Matrix& forward = nodes_[static_cast<size_t>(first)].edges[second];
  Matrix& backward = nodes_[static_cast<size_t>(second)].edges[first];
  forward.resize(rows * columns, 0);
  backward.resize(rows * columns, 0);
  for (size_t row = 0; row < rows; ++row)
    for (size_t column = 0; column < columns; ++column) {
      forward[row * columns + column] += matrix[row * columns + column];
      backward[column * rows + row] += matrix[row * columns + column];
    }
}

int Pbqp::pickNext(const std::vector<bool>& done) const {
  int best = -1;
  size_t bestDegree = 0;
  for (size_t at = 0; at < nodes_.size(); ++at) {
    if (done[at]) continue;
    const size_t degree = nodes_[at].edges.size();
    if (degree <= 2 && (best < 0 || bestDegree > 2 || degree < bestDegree)) {
      best = static_cast<int>(at);
      bestDegree = degree;
      if (degree == 0) break;
    } else if (best < 0 || (bestDegree > 2 && degree > bestDegree)) {
      best = static_cast<int>(at);
      bestDegree = degree;
    }
  }
  return best;
}

// RI: the neighbour's costs take over the cheapest way to satisfy this node.
void Pbqp::foldIntoOne(int node) {
  const auto& [other, matrix] = *nodes_[static_cast<size_t>(node)].edges.begin();
  const size_t columns = options(other);
  for (size_t column = 0; column < columns; ++column) {
    double least = 2 * kForbidden;
    for (size_t row = 0; row < options(node); ++row)
      least = std::min(least, cost(node, row) + matrix[row * columns + column]);
    cost(other, column) += least;
  }
}

// RII: an edge between the two neighbours takes over this node.
void Pbqp::foldIntoPair(int node) {
  const auto& edges = nodes_[static_cast<size_t>(node)].edges;
  const auto& [first, toFirst] = *edges.begin();
  const auto& [second, toSecond] = *std::next(edges.begin());
  const size_t rows = options(first), columns = options(second);
  Matrix joined(rows * columns, 2 * kForbidden);
  for (size_t row = 0; row < rows; ++row)
    for (size_t column = 0; column < columns; ++column)
      for (size_t own = 0; own < options(node); ++own)
        joined[row * columns + column] =
            std::min(joined[row * columns + column],
                     cost(node, own) + toFirst[own * rows + row] + toSecond[own * columns + column]);
  addEdge(first, second, joined);
}

// RN: decide now, by this node's costs and the best answer of each neighbour.
void Pbqp::fixLocally(int node) {
  Node& self = nodes_[static_cast<size_t>(node)];
  size_t best = 0;
  double bestCost = 0;
  for (size_t own = 0; own < self.costs.size(); ++own) {
    double total = self.costs[own];
    for (const auto& [other, matrix] : self.edges) {
      const auto& theirs = nodes_[static_cast<size_t>(other)].costs;
      double least = 2 * kForbidden;
      for (size_t column = 0; column < theirs.size(); ++column)
        least = std::min(least, theirs[column] + matrix[own * theirs.size() + column]);
      total += least;
    }
    if (own == 0 || total < bestCost) {
      best = own;
      bestCost = total;
    }
  }
  for (const auto& [other, matrix] : self.edges)
    for (size_t column = 0; column < options(other); ++column)
      cost(other, column) += matrix[best * options(other) + column];
  for (size_t own = 0; own < self.costs.size(); ++own)
    if (own != best) self.costs[own] = 4 * kForbidden;
}

int Pbqp::cheapest(const std::vector<int>& chosen, const Node& record) const {
  int best = 0;
  double bestCost = 0;
  for (size_t own = 0; own < record.costs.size(); ++own) {
    double total = record.costs[own];
    for (const auto& [other, matrix] : record.edges)
      total += matrix[own * options(other) + static_cast<size_t>(chosen[static_cast<size_t>(other)])];
    if (own == 0 || total < bestCost) {
      best = static_cast<int>(own);
      bestCost = total;
    }
  }
  return best;
}

std::vector<int> Pbqp::solve() {
  std::vector<bool> done(nodes_.size(), false);
  std::vector<std::pair<int, Node>> stack;  // a node as it was when it left the graph
  for (int node = pickNext(done); node >= 0; node = pickNext(done)) {
    Node& self = nodes_[static_cast<size_t>(node)];
    const size_t degree = self.edges.size();
    if (degree == 1) foldIntoOne(node);
    if (degree == 2) foldIntoPair(node);
    if (degree > 2) fixLocally(node);
    done[static_cast<size_t>(node)] = true;
    for (const auto& [other, matrix] : self.edges) nodes_[static_cast<size_t>(other)].edges.erase(node);
    // After RN the neighbours' costs already hold this node's choice: its edges must not count again.
    if (degree > 2) self.edges.clear();
    stack.emplace_back(node, self);
  }
  std::vector<int> chosen(nodes_.size(), 0);
  for (auto entry = stack.rbegin(); entry != stack.rend(); ++entry)
    chosen[static_cast<size_t>(entry->first)] = cheapest(chosen, entry->second);
  return chosen;
}

}  // namespace ridge
