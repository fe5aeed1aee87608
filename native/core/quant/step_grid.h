// The grid of a quantizer in steps from zero, beside the tensor that it is used on, and the passes over such
// a tensor. On the CPU each is one pass over memory, elsewhere a few ATen ops.
#pragma once
#include <ATen/core/Tensor.h>

namespace shellac::quant {

// float32, each of a shape that broadcasts against the tensor.
struct StepGrid {
  at::Tensor scale, low, high;
};

// clamp(floor(x / scale + 0.5), low, high) · scale, without a gradient; in x's memory format.
at::Tensor roundValues(const at::Tensor& x, const StepGrid& grid);
// floor(x / scale + 0.5) · scale, likewise.
at::Tensor roundUnclamped(const at::Tensor& x, const at::Tensor& scale);
// As roundValues, in x's place.
void roundInPlace(at::Tensor& x, const StepGrid& grid);
// gradient where x is not clamped, 0 elsewhere.
at::Tensor passGradient(const at::Tensor& gradient, const at::Tensor& x, const StepGrid& grid);

}  // namespace shellac::quant
