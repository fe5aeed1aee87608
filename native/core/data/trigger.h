// A trigger as data: x' = clip(scale ⊙ x + offset · m, 0, 1), m = 1 or the image's largest pixel.
// Patches, blends and additive signals are all of this form; the facade makes the two tensors.
#pragma once
#include <ATen/core/Tensor.h>

namespace shellac::data {

struct Trigger {
  at::Tensor scale;   // [c, h, w]
  at::Tensor offset;  // [c, h, w]
  bool offsetTimesMax = false;

  // pixels: [n, c, h, w] in 0 .. 1, before normalization.
  at::Tensor apply(const at::Tensor& pixels) const;
};

}  // namespace shellac::data
