// RandomUniform.
#include "ops/random/random.h"

namespace ridge::ops {

constinit const Op randomUniform = shapedRandom<UniformAttributes>("RandomUniform");

}  // namespace ridge::ops
