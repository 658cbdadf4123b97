#include "analyze/matrix_roof.h"

#include "analyze/machine/device_table.h"
#include "analyze/machine/measured_roof.h"
#include "analyze/machine/this_machine.h"

namespace ridge::analyze {

std::optional<Roof> matrixRoofOf(const RoofRequest& request, const Roofs& roofs) {
  if (roofs.nominal.matrixUnits) return std::nullopt;
  const DeviceTable table = allDevices(request.deviceFile);
  const Device device = request.target.empty() ? machineOf(thisCpu(), table, request.threads)
                                               : findDevice(table, request.target);
  for (const Precision precision : {Precision::fp16, Precision::bf16, Precision::tf32}) {
    const std::optional<Peak> peak = usualPeak(device, precision);
    if (!peak || !peak->matrix) continue;
    if (roofs
            .measured) {  // of the same kind as what it is compared with; nothing where they are switched off
      Roof roof = measuredRoof(request.threads, precision);
      if (!roof.matrixUnits) continue;
      roof.target = roofs.measured->target;
      return roof;
    }
    Roof roof = roofs.nominal;
    roof.source = peak->byFormula() ? "by formula" : "published";
    roof.precision = precision;
    roof.matrixUnits = true;
    roof.channelMultiple = peak->channelMultiple;
    roof.peakOpsPerS = peak->opsPerS;
    return roof;
  }
  return std::nullopt;
}

}  // namespace ridge::analyze
