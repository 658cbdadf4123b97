#include "support/remote_devices.h"

#include <memory>

#include "api/backends.h"
#include "base/error.h"
#include "cpu/cpu_backend.h"
#include "reference/reference_backend.h"

namespace ridge::test {

namespace {

class Devices {
 public:
  Devices() {
    const Backend &cpu = cpuBackend(), &reference = referenceBackend();
    add({&make(reference, {.name = "remote_reference"}), &reference});
    add({&make(cpu, {.name = "remote_cpu"}), &reference});
    add({&make(cpu, {.name = "remote_half", .takes = everySecondRegion}), &cpu, &reference});
    add({&make(cpu, {.name = "remote_conv", .copies = false, .takes = convolutions}), &cpu, &reference});
    const auto shared = std::make_shared<RemoteMemory>("shared", 100);
    add({&make(cpu, {.name = "remote_pair", .memory = shared, .takes = convolutions}),
         &make(cpu, {.name = "remote_rest", .memory = shared}), &reference});
    add({&make(cpu, {.name = "remote_left", .takes = convolutions}),
         &make(cpu, {.name = "remote_right", .takes = everySecondRegion}), &cpu, &reference});
  }

  const std::vector<std::string>& names() const { return names_; }

  const RemoteBackend& backend(const std::string& name) const {
    for (const auto& known : backends_)
      if (known->name() == name) return *known;
    check(false, "a test asks for a device that is there");
    return *backends_.front();
  }

 private:
  const Backend& make(const Backend& inner, RemoteBackend::Options options) {
    backends_.push_back(std::make_unique<RemoteBackend>(inner, std::move(options)));
    return *backends_.back();
  }
  void add(std::vector<const Backend*> backends) {
    names_.emplace_back(backends.front()->name());
    addDevice(std::move(backends));
  }

  std::vector<std::unique_ptr<RemoteBackend>> backends_;
  std::vector<std::string> names_;
};

const Devices& devices() {
  static const Devices known;
  return known;
}

}  // namespace

const std::vector<std::string>& remoteDevices() {
  return devices().names();
}

const RemoteBackend& remoteBackend(const std::string& device) {
  return devices().backend(device);
}

}  // namespace ridge::test
