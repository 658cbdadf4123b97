// The assignment problem against brute force.
#include "plan/pbqp.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace ridge::test {
namespace {

struct Edge {
  int first, second;
  std::vector<double> matrix;
};

struct Problem {
  std::vector<std::vector<double>> costs;
  std::vector<Edge> edges;

  Pbqp pbqp() const {
    Pbqp made;
    for (const auto& node : costs) made.addNode(node);
    for (const Edge& edge : edges) made.addEdge(edge.first, edge.second, edge.matrix);
    return made;
  }

  double costOf(const std::vector<int>& choice) const {
    double total = 0;
    for (size_t at = 0; at < costs.size(); ++at) total += costs[at][static_cast<size_t>(choice[at])];
    for (const Edge& edge : edges) {
      const auto row = static_cast<size_t>(choice[static_cast<size_t>(edge.first)]);
      const auto column = static_cast<size_t>(choice[static_cast<size_t>(edge.second)]);
      total += edge.matrix[row * costs[static_cast<size_t>(edge.second)].size() + column];
    }
    return total;
  }

  /// Least cost of all choices; node 0 takes `fixed` unless that is negative.
  double least(int fixed = -1) const {
    std::vector<int> choice(costs.size(), 0);
    double best = std::numeric_limits<double>::infinity();
    for (bool more = true; more;) {
      if (fixed < 0 || choice[0] == fixed) best = std::min(best, costOf(choice));
      more = false;
      for (size_t at = 0; at < choice.size() && !more; ++at) {
        more = ++choice[at] < static_cast<int>(costs[at].size());
        if (!more) choice[at] = 0;
      }
    }
    return best;
  }
};

class Maker {
 public:
  explicit Maker(unsigned seed) : random_(seed) {}

  Problem nodes(int count, int most = 4) {
    Problem problem;
    for (int at = 0; at < count; ++at) {
      std::vector<double> costs(static_cast<size_t>(pick(1, most)));
      for (double& cost : costs) cost = pick(0, 20);
      problem.costs.push_back(std::move(costs));
    }
    return problem;
  }

  void join(Problem& problem, int first, int second) {
    const size_t size =
        problem.costs[static_cast<size_t>(first)].size() * problem.costs[static_cast<size_t>(second)].size();
    std::vector<double> matrix(size);
    for (double& cost : matrix) cost = pick(0, 9) == 0 ? Pbqp::kForbidden : pick(0, 20);
    problem.edges.push_back({first, second, std::move(matrix)});
  }

  int pick(int least, int most) { return std::uniform_int_distribution(least, most)(random_); }

 private:
  std::mt19937 random_;
};

void expectExact(const Problem& problem, unsigned seed) {
  EXPECT_DOUBLE_EQ(problem.costOf(problem.pbqp().solve()), problem.least()) << "seed " << seed;
}

TEST(Pbqp, TreesAreExact) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    Maker maker(seed);
    Problem problem = maker.nodes(maker.pick(1, 8), 3);
    for (int at = 1; at < static_cast<int>(problem.costs.size()); ++at) {
      const int parent = maker.pick(0, at - 1);
      // Either direction.
      if (maker.pick(0, 1))
        maker.join(problem, parent, at);
      else
        maker.join(problem, at, parent);
    }
    expectExact(problem, seed);
  }
}

TEST(Pbqp, CyclesAreExact) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    Maker maker(seed);
    const int count = maker.pick(3, 7);
    Problem problem = maker.nodes(count, 3);
    for (int at = 0; at < count; ++at) maker.join(problem, at, (at + 1) % count);
    // A tail and a second edge between two neighbours keep RI and RII sufficient.
    if (maker.pick(0, 1)) maker.join(problem, 1, 0);
    expectExact(problem, seed);
  }
}

// Nodes of degree two between two others: residual blocks.
TEST(Pbqp, SeriesParallelGraphsAreExact) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    Maker maker(seed);
    Problem problem = maker.nodes(7, 3);
    for (const auto& [first, second] :
         {std::pair{0, 1}, {1, 2}, {0, 2}, {2, 3}, {3, 4}, {2, 4}, {4, 5}, {5, 6}, {4, 6}})
      maker.join(problem, first, second);
    expectExact(problem, seed);
  }
}

// Four nodes all joined: node 0 takes its locally cheapest option (RN), the rest follows exactly.
TEST(Pbqp, TheRestIsExactAfterALocalDecision) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    Maker maker(seed);
    Problem problem = maker.nodes(4, 4);
    for (int first = 0; first < 4; ++first)
      for (int second = first + 1; second < 4; ++second) maker.join(problem, first, second);
    int local = 0;
    double localCost = std::numeric_limits<double>::infinity();
    for (size_t own = 0; own < problem.costs[0].size(); ++own) {
      double total = problem.costs[0][own];
      for (size_t edge = 0; edge < 3; ++edge) {
        const auto& theirs = problem.costs[static_cast<size_t>(problem.edges[edge].second)];
        double least = std::numeric_limits<double>::infinity();
        for (size_t column = 0; column < theirs.size(); ++column)
          least = std::min(least, theirs[column] + problem.edges[edge].matrix[own * theirs.size() + column]);
        total += least;
      }
      if (total >= localCost) continue;
      local = static_cast<int>(own);
      localCost = total;
    }
    const std::vector<int> solution = problem.pbqp().solve();
    EXPECT_EQ(solution[0], local) << "seed " << seed;
    EXPECT_DOUBLE_EQ(problem.costOf(solution), problem.least(local)) << "seed " << seed;
  }
}

TEST(Pbqp, LargerGraphsGetAValidAnswerThatIsAlwaysTheSame) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    Maker maker(seed);
    Problem problem = maker.nodes(7, 3);
    for (int first = 0; first < 7; ++first)
      for (int second = first + 1; second < 7; ++second)
        if (maker.pick(0, 2)) maker.join(problem, first, second);
    const std::vector<int> solution = problem.pbqp().solve();
    ASSERT_EQ(solution.size(), 7U);
    for (size_t at = 0; at < 7; ++at)
      ASSERT_TRUE(solution[at] >= 0 && solution[at] < static_cast<int>(problem.costs[at].size()));
    EXPECT_EQ(solution, problem.pbqp().solve());
    EXPECT_GE(problem.costOf(solution), problem.least());
  }
}

TEST(Pbqp, TiesGoToTheLowestIndex) {
  Pbqp problem;
  for (int at = 0; at < 5; ++at) problem.addNode({1, 1, 1});
  for (int at = 0; at < 5; ++at)
    for (int other = at + 1; other < 5; ++other) problem.addEdge(at, other, std::vector<double>(9, 2));
  EXPECT_EQ(problem.solve(), std::vector<int>(5, 0));
}

TEST(Pbqp, NothingToSolve) {
  EXPECT_TRUE(Pbqp().solve().empty());
}

}  // namespace
}  // namespace ridge::test
