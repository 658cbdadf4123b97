// Devices for people (tables) and for scripts (JSON).
#pragma once

#include <optional>
#include <vector>

#include "analyze/machine/cycle_model.h"
#include "analyze/machine/device_table.h"
#include "common/output.h"

namespace ridge::tool {

/// Peaks with their terms, bandwidth, ridge points, what to beware of; only of one precision, if one is
/// given.
void showDevice(const Output& out, const analyze::Device& device, std::optional<analyze::Precision> only);

/// Several side by side: a column each.
void compareDevices(const Output& out, const std::vector<analyze::Device>& devices,
                    std::optional<analyze::Precision> only);

void listDevices(const Output& out, const analyze::DeviceTable& table);

void showGemm(const Output& out, const analyze::Device& device, const analyze::Product& product,
              const std::vector<analyze::GemmRow>& rows);

Json deviceJson(const analyze::Device& device, std::optional<analyze::Precision> only);
Json gemmJson(const analyze::Product& product, analyze::Precision precision,
              const std::vector<analyze::GemmRow>& rows);

}  // namespace ridge::tool
