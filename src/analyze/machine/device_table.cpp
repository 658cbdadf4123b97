#include "analyze/machine/device_table.h"

#include <cstdlib>
#include <filesystem>

#include "analyze/machine/devices_json.h"
#include "base/error.h"
#include "base/text.h"
#include "pipeline/file_bytes.h"

namespace ridge::analyze {
namespace {

constexpr int64_t kLargestFile = int64_t{1} << 20;

std::string userFile() {
  if (const char* config = std::getenv("XDG_CONFIG_HOME"); config && *config)
    return std::string(config) + "/ridge/devices.json";
  if (const char* home = std::getenv("HOME"); home && *home)
    return std::string(home) + "/.config/ridge/devices.json";
  return {};
}

void addFile(DeviceTable& table, const std::string& file) {
  const std::vector<std::byte> bytes = pipeline::readBytes(file, kLargestFile);
  addDevices(table, {reinterpret_cast<const char*>(bytes.data()), bytes.size()}, escaped(file));
}

}  // namespace

const DeviceTable& builtinDevices() {
  static const DeviceTable table = [] {
    DeviceTable made;
    addDevices(made, builtinDevicesJson(), "devices.json");
    return made;
  }();
  return table;
}

DeviceTable allDevices(const std::string& file) {
  DeviceTable table = builtinDevices();
  std::error_code ignored;
  if (const std::string own = userFile(); !own.empty() && std::filesystem::exists(own, ignored))
    addFile(table, own);
  if (!file.empty()) addFile(table, file);
  return table;
}

}  // namespace ridge::analyze
