// RandomNormal.
#include "ops/random/random.h"

namespace ridge::ops {

constinit const Op randomNormal = shapedRandom<NormalAttributes>("RandomNormal");

}  // namespace ridge::ops
