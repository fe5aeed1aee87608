#include "core/train/augment.h"

#include <ATen/TensorIndexing.h>
#include <ATen/ops/arange.h>
#include <ATen/ops/constant_pad_nd.h>
#include <ATen/ops/flip.h>
#include <ATen/ops/index.h>
#include <ATen/ops/rand.h>
#include <ATen/ops/randint.h>
#include <ATen/ops/where.h>

namespace shellac::train {
namespace {

// One gather for all images: image by image a GPU would be told hundreds of times to copy next to nothing.
at::Tensor randomCrop(const at::Tensor& images, int64_t padding, at::Generator& generator) {
  const auto n = images.size(0), c = images.size(1), h = images.size(2), w = images.size(3);
  const auto padded = at::constant_pad_nd(images, {padding, padding, padding, padding});
  const auto offsets = at::randint(0, 2 * padding + 1, {n, 2}, generator, at::kLong).to(images.device());
  const auto s = padded.strides();
  const auto places = 2 * padding + 1;
  const auto windows = padded.as_strided({n, places, places, c, h, w}, {s[0], s[2], s[3], s[1], s[2], s[3]});
  const auto image = at::arange(n, offsets.options());
  return windows.index({image, offsets.select(1, 0), offsets.select(1, 1)});
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
