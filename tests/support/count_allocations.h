// Counts what a whole test program allocates: link count_allocations.cpp into it, which replaces operator
// new.
#pragma once

namespace ridge::test {

/// Allocations of the process so far, from every thread.
long allocations();

}  // namespace ridge::test
