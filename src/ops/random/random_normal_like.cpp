// RandomNormalLike.
#include "ops/random/random.h"

namespace ridge::ops {

constinit const Op randomNormalLike = randomLike<NormalAttributes>("RandomNormalLike");

}  // namespace ridge::ops
