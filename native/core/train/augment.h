// Training-time augmentation, on images of 0 .. 1.
#pragma once
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace shellac::train {

struct Augmentation {
  int64_t crop = 0;   // pixels of zero padding before a random crop back to the size; 0: none
  bool flip = false;  // left to right, half of the images
};

// images: [n, c, h, w]. Returns the same shape.
at::Tensor augment(const at::Tensor& images, const Augmentation& settings, at::Generator& generator);

}  // namespace shellac::train
