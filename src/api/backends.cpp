#include "api/backends.h"

#include <fmt/format.h>

#include <array>

#include "base/error.h"
#include "base/text.h"
#include "cpu/cpu_backend.h"
#include "reference/reference_backend.h"

namespace ridge {

std::span<const Backend* const> allBackends() {
  static const std::array<const Backend*, 2> backends{&cpuBackend(), &referenceBackend()};
  return backends;
}

std::vector<const Backend*> backendsFor(std::string_view device) {
  if (device == "cpu") return {&cpuBackend(), &referenceBackend()};
  if (device == "reference") return {&referenceBackend()};
  failMachine(fmt::format("there is no device '{}'", escaped(device)), "--device", "use cpu or reference");
}

}  // namespace ridge
