// Quantization whose range is the tensor's own, settled anew at each call: what Qu-ANTI-zation trains
// against.
//   weights:     scale = max|w| / (2^(b−1) − 1), per tensor, symmetric
//   activations: scale = (max(x, 0) − min(x, 0)) / (2^b − 1), per tensor, affine
// Both give scale · floor(x / scale + 0.5). No code can leave the grid, since the range is the data's own; so
// there is no clamp, the zero point falls out, and the straight-through gradient is 1 everywhere. A weight's
// codes are those of the preset "attacker" at the same bits.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

namespace shellac::quant {

at::Tensor fakeQuantizeWeightDynamic(const at::Tensor& w, int64_t bits);
at::Tensor fakeQuantizeActivationDynamic(const at::Tensor& x, int64_t bits);

}  // namespace shellac::quant
