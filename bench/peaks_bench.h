// The second opinion on the peaks of this machine.
#pragma once

#include <string>

namespace peaks {

/// To be called once, before the others.
void addBenchmarks();

/// Operations or bytes a second of one thread: the best of 8 runs of a millisecond each. "fp32", "bf16",
/// "int8", the last two also with " AMX" behind them, "L1 read", "DRAM read"; 0 for what this CPU has not.
double benchmarkRate(const std::string& name);

}  // namespace peaks
