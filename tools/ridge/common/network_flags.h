// The flags of the commands that run a network on inputs.
#pragma once

#include <CLI/CLI.hpp>

#include "common/arrays.h"
#include "common/data.h"
#include "common/flags.h"

namespace ridge::tool {

struct NetworkFlags {
  CommonFlags common;
  LimitFlags limits;
  ShapeFlags shapes;
  PlanFlags plan;
  InputFlags inputs;
  DataFlags data;

  void add(CLI::App& app) {
    inputs.add(app);
    data.add(app);
    shapes.add(app);
    plan.add(app);
    limits.add(app);
    common.add(app);
  }
};

}  // namespace ridge::tool
