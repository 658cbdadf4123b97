// Ways to fail: the exception (ridge/error.h), context on the way up, and the assertion that guards
// invariants.
#pragma once

#include <source_location>
#include <string>
#include <string_view>
#include <utility>

#include "ridge/error.h"

namespace ridge {

[[noreturn]] void failInput(std::string what, std::string where = {}, std::string todo = {});
[[noreturn]] void failUsage(std::string what, std::string where = {}, std::string todo = {});
[[noreturn]] void failMachine(std::string what, std::string where = {}, std::string todo = {});

/// Runs `work`; an Error that leaves it carries `place()` as context.
template <class Place, class Work>
decltype(auto) withContext(Place&& place, Work&& work) {
  try {
    return work();
  } catch (Error& error) {
    error.addContext(place());
    throw;
  }
}

namespace detail {
[[noreturn]] void assertionFailed(const char* sentence, std::source_location where);
}

/// Broken invariants: a bug of ours, never the user's input. Stays on in release builds.
inline void check(bool holds, const char* sentence,
                  std::source_location where = std::source_location::current()) {
  if (!holds) [[unlikely]]
    detail::assertionFailed(sentence, where);
}

}  // namespace ridge
