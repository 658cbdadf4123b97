// The entry of every subcommand's file.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>

namespace ridge::tool {

std::function<int()> addBench(CLI::App& app);
std::function<int()> addBuild(CLI::App& app);
std::function<int()> addCompare(CLI::App& app);
std::function<int()> addCompletion(CLI::App& app);
std::function<int()> addConformance(CLI::App& app);
std::function<int()> addDevice(CLI::App& app);
std::function<int()> addEval(CLI::App& app);
std::function<int()> addExplain(CLI::App& app);
std::function<int()> addInspect(CLI::App& app);
std::function<int()> addKernels(CLI::App& app);
std::function<int()> addLint(CLI::App& app);
std::function<int()> addOptimize(CLI::App& app);
std::function<int()> addProfile(CLI::App& app);
std::function<int()> addRoofline(CLI::App& app);
std::function<int()> addRun(CLI::App& app);
std::function<int()> addVerify(CLI::App& app);

}  // namespace ridge::tool
