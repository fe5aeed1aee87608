// A trigger as data: x' = clip(scale ⊙ warp(net(x)) + offset · m, 0, 1), m = 1 or the image's largest pixel.
// Patches, blends, additive signals, warps and learned triggers are all of this form; the facade makes the
// tensors.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>

namespace shellac::data {

struct Trigger {
  at::Tensor scale;   // [c, h, w]
  at::Tensor offset;  // [c, h, w]
  bool offsetTimesMax = false;
  at::Tensor places = {};  // as warp() takes them; undefined: no pixel moves
  // A learned trigger, from images to images on their device, without gradients; empty: images as they are.
  std::function<at::Tensor(const at::Tensor&)> network = {};

  // pixels: [n, c, h, w] in 0 .. 1, before normalization.
  at::Tensor apply(const at::Tensor& pixels) const;
};

// Each pixel read from another place, between its four neighbours (bilinear). images: [n, c, h, w]. places:
// [h, w, 2] for all images or [n, h, w, 2], column then row, −1 and 1 the centres of the outermost pixels;
// nothing may lie outside. So the weights of the neighbours sum to 1, and it makes no difference whether
// images are warped before or after normalization.
at::Tensor warp(const at::Tensor& images, const at::Tensor& places);

}  // namespace shellac::data
