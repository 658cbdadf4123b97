// All devices that are known: ours, and those of the user.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "analyze/machine/device.h"

namespace ridge::analyze {

/// A generation is that of a CPU whose flags (of /proc/cpuinfo) include all of these.
struct CpuRule {
  std::shared_ptr<const Generation> generation;
  std::string vendor;  ///< "Intel", "AMD"; "": any
  std::string model;   ///< part of the CPU's name; "": any
  std::vector<std::string> flags;
};

struct DeviceTable {
  std::vector<std::shared_ptr<const Generation>> generations;
  std::vector<Device> devices;
  std::vector<CpuRule> cpus;  ///< the first that fits

  const Device* named(std::string_view name) const;  ///< the same letters and digits; null: none
};

/// Adds the devices of a JSON text (docs/device.md); one of a name that is there already takes its place.
/// Error{input} with file, device and key for whatever is wrong; the table is unchanged then.
void addDevices(DeviceTable& table, std::string_view json, const std::string& file);

/// Those that came with the program.
const DeviceTable& builtinDevices();

/// And those of $XDG_CONFIG_HOME/ridge/devices.json (else ~/.config/ridge), and of `file` ("": none).
DeviceTable allDevices(const std::string& file);

/// An exact name or alias, whatever its case and punctuation, "NVIDIA", "GeForce" and the like left out;
/// else the only device that has all words of it. Error{usage} that lists the nearest for what is unknown or
/// ambiguous.
const Device& findDevice(const DeviceTable& table, std::string_view name);

/// Letters and digits in lower case, without vendor's words: "rtx3080".
std::string squeezedName(std::string_view name);

}  // namespace ridge::analyze
