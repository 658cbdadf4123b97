// What became of a layer, told in sentences.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "analyze/explain/explanation.h"
#include "ir/graph.h"

namespace ridge::analyze {

struct Story {
  std::string title;  ///< escaped, as are the names in the sentences
  std::vector<std::string> sentences;
};

/// Stories of all steps, views and removed nodes that `pattern` (a glob) matches by name: of the step, of a
/// node of it, of a source node or of a value that it makes. A value of `named` that stays inside a step is
/// told of by the node that makes it, when `pattern` is its name. Error{usage} with the nearest name when
/// there is none.
std::vector<Story> storiesOf(const Explanation& explanation, std::string_view pattern,
                             const Graph* named = nullptr);

Story storyOf(const Explanation& explanation, const ExplainedStep& step);

}  // namespace ridge::analyze
