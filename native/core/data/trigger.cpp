#include "core/data/trigger.h"

#include <ATen/ops/amax.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/grid_sampler.h>

namespace shellac::data {

at::Tensor Trigger::apply(const at::Tensor& pixels) const {
  auto added = offset.to(pixels.device()).unsqueeze(0);
  if (offsetTimesMax) added = added * at::amax(pixels, {1, 2, 3}, /*keepdim=*/true);
  const auto made = network ? network(pixels) : pixels;
  const auto moved = places.defined() ? warp(made, places) : made;
  return at::clamp(moved * scale.to(pixels.device()) + added, 0, 1);
}

at::Tensor warp(const at::Tensor& images, const at::Tensor& places) {
  constexpr int64_t kBilinear = 0, kZeros = 0;
  const auto n = images.size(0), h = images.size(2), w = images.size(3);
  return at::grid_sampler(images, places.to(images.device()).expand({n, h, w, 2}), kBilinear, kZeros,
                          /*align_corners=*/true);
}

}  // namespace shellac::data
