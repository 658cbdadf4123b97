#include "api/backends.h"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.h"
#include "base/text.h"
#include "cpu/cpu_backend.h"
#include "reference/reference_backend.h"

namespace ridge {

namespace {

using Backends = std::vector<const Backend*>;

/// Devices by their first backend, those of Ridgeline first.
std::vector<Backends>& devices() {
  static std::vector<Backends> known{{&cpuBackend(), &referenceBackend()}, {&referenceBackend()}};
  return known;
}

}  // namespace

Backends allBackends() {
  Backends all;
  for (const Backends& device : devices())
    for (const Backend* backend : device)
      if (std::find(all.begin(), all.end(), backend) == all.end()) all.push_back(backend);
  return all;
}

void addDevice(Backends backends) {
  devices().push_back(std::move(backends));
}

Backends backendsFor(std::string_view device) {
  for (const Backends& known : devices())
    if (known.front()->name() == device) return known;
  failMachine(fmt::format("there is no device '{}'", escaped(device)), "--device", "use cpu or reference");
}

}  // namespace ridge
