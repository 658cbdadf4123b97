// RandomUniformLike.
#include "ops/random/random.h"

namespace ridge::ops {

constinit const Op randomUniformLike = randomLike<UniformAttributes>("RandomUniformLike");

}  // namespace ridge::ops
