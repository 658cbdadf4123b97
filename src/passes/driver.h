// Runs passes: applies their patches, checks, times, records and dumps.
#pragma once

#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "passes/pass.h"

namespace ridge {

struct PassOptions {
  std::vector<std::string> disabled = {};        ///< names of passes; an unknown one is Error{usage}
  std::filesystem::path dumpDir = {};            ///< a text dump after each pass that changed something
  int64_t foldLimitBytes = int64_t{64} << 20;    ///< growth of constants that folding may cause
  bool bodies = true;                            ///< also in the bodies of nodes, innermost first
  std::optional<int64_t> stopAfterPatches = {};  ///< apply only so many patches in all (PassReport::patches)
};

/// What ran, what was done and what was left. One report may go through several lists: it adds up.
struct PassReport {
  struct Timing {
    std::string pass;
    int64_t patches = 0;
    double seconds = 0;
  };
  struct Applied {
    std::string pass;
    std::vector<std::string> nodes;  ///< the nodes (or constants) that it replaced, by display name
    std::string sentence;
    std::vector<std::string> sources;  ///< the source nodes that it replaced or dropped
  };
  struct Declined {
    std::string pass, node, sentence;
  };

  std::vector<Timing> passes;      ///< one a pass, in order of first run
  std::vector<Applied> patches;    ///< in order of application
  std::vector<Declined> declined;  ///< as the last run of each pass left it
  bool stopped = false;            ///< stopAfterPatches was reached
  int dumps = 0;                   ///< files written to dumpDir
  int64_t addedConstantBytes = 0;  ///< by folding
};

/// Each pass to its fixpoint, the list until nothing changes, at most four times. Afterwards ids of the graph
/// are new. A pass that breaks the graph is Error{internal} naming it.
void runPasses(Graph& graph, std::span<const Pass> passes, const PassOptions& options, PassReport& report);

}  // namespace ridge
