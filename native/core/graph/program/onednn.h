// oneDNN's fused convolutions as libtorch's CPU builds register them. They are no part of libtorch's API:
// they are looked up by name, and a libtorch without them is normal.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <vector>

#include "core/graph/program/clamp.h"

namespace shellac::graph::onednn {

struct Layer {
  at::Tensor weight;  // packed
  at::Tensor bias;    // undefined: none
  std::vector<int64_t> padding, stride, dilation;
  int64_t groups;
};

// Whether the fused convolutions can run on x: float32 on the CPU, and this libtorch has them.
bool usable(const at::Tensor& x);

// clamp(weight ⋆ x + bias), x channels-last.
at::Tensor convolve(const at::Tensor& x, const Layer& layer, const std::optional<Clamp>& clamp);
// relu(other + weight ⋆ x + bias), or without the relu, in the place of `other`.
at::Tensor convolveOnto(at::Tensor other, const at::Tensor& x, const Layer& layer, bool relu);

// A convolution of bytes: x's codes are uint8, the weight's int8, without a zero point.
struct IntegerLayer {
  at::Tensor weight;
  at::Tensor scale;       // float32 [o]
  at::Tensor zeroPoints;  // int32 [o], all 0, once it is packed
  at::Tensor bias;        // undefined: none
  std::vector<int64_t> padding, stride, dilation;
  double inputScale = 1;
  int64_t zeroPoint = 0;
};

// Whether this libtorch has them.
bool hasIntegers();
// Brings the weight into the order in which the kernel reads it; sizes: of an input.
void packIntegers(IntegerLayer& layer, at::IntArrayRef sizes);
// clamp(scale · inputScale · (weight ⋆ (codes − zeroPoint)) + bias), float32; codes channels-last, layer
// packed.
at::Tensor convolveIntegers(const at::Tensor& codes, const IntegerLayer& layer,
                            const std::optional<Clamp>& clamp);

}  // namespace shellac::graph::onednn
