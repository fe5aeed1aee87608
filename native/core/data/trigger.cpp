#include "core/data/trigger.h"

#include <ATen/ops/amax.h>
#include <ATen/ops/clamp.h>

namespace shellac::data {

at::Tensor Trigger::apply(const at::Tensor& pixels) const {
  auto added = offset.to(pixels.device()).unsqueeze(0);
  if (offsetTimesMax) added = added * at::amax(pixels, {1, 2, 3}, /*keepdim=*/true);
  return at::clamp(pixels * scale.to(pixels.device()) + added, 0, 1);
}

}  // namespace shellac::data
