#include "core/train/augment.h"

#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/where.h>

namespace shellac::train {
namespace {

at::Tensor randomCrop(const at::Tensor& images, int64_t padding, at::Generator& generator) {
  const auto n = images.size(0), h = images.size(2), w = images.size(3);
  const auto padded = at::constant_pad_nd(images, {padding, padding, padding, padding});
  const auto offsets = at::randint(0, 2 * padding + 1, {n, 2}, generator, at::kLong);
  auto cropped = at::empty_like(images);
  for (int64_t i = 0; i < n; ++i) {
    const auto y = offsets[i][0].item<int64_t>(), x = offsets[i][1].item<int64_t>();
    cropped[i].copy_(padded[i].slice(1, y, y + h).slice(2, x, x + w));
  }
  return cropped;
}

at::Tensor randomFlip(const at::Tensor& images, at::Generator& generator) {
  const auto chosen = at::rand({images.size(0), 1, 1, 1}, generator, at::kFloat).to(images.device()) < 0.5;
  return at::where(chosen, at::flip(images, {3}), images);
}

}  // namespace

at::Tensor augment(const at::Tensor& images, const Augmentation& settings, at::Generator& generator) {
  auto augmented = images;
  if (settings.crop > 0) augmented = randomCrop(augmented, settings.crop, generator);
  if (settings.flip) augmented = randomFlip(augmented, generator);
  return augmented;
}

}  // namespace shellac::train
