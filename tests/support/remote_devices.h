// The test devices that builds, loads and random graphs know by name.
#pragma once

#include <string>
#include <vector>

#include "support/remote_backend.h"

namespace ridge::test {

/// Known from the first call on:
///   remote_reference  the reference kernels, all of them far away
///   remote_cpu        the cpu kernels, beside the reference kernels at home
///   remote_half       about every second region of the cpu backend, beside the cpu backend
///   remote_conv       convolutions of the cpu backend, nothing else, not even copies
///   remote_pair       convolutions by one backend, the rest by another, both in one memory
///   remote_left       convolutions there, about every second other region on a second device, the rest here
const std::vector<std::string>& remoteDevices();

/// The first backend of one of them.
const RemoteBackend& remoteBackend(const std::string& device);

}  // namespace ridge::test
