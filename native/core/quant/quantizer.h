// A quantizer: an immutable map between reals and integer codes.
//   code(x)  = clamp(floor(x / scale + 0.5) + zeroPoint, low, high)      ties round up, as the attacks and
//   LAC do value(c) = (c − zeroPoint) · scale
// symmetric: zeroPoint 0, codes −2^(b−1) .. 2^(b−1)−1; affine: codes 0 .. 2^b−1. All in float32.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/quant/step_grid.h"

namespace shellac::quant {

struct Grid {
  int64_t bits = 8;  // 2 .. 8
  bool symmetric = true;
  bool perChannel = false;  // one scale for each index of axis 0

  int64_t low() const { return symmetric ? -(int64_t{1} << (bits - 1)) : 0; }
  int64_t high() const { return (int64_t{1} << (symmetric ? bits - 1 : bits)) - 1; }
};

class Quantizer {
 public:
  // scale: float32, positive and finite; zeroPoint: int32, on the grid; both [1], or [channels] when
  // grid.perChannel. Throws Error{BadModel} when they are not (they may come from a file).
  Quantizer(Grid grid, at::Tensor scale, at::Tensor zeroPoint);

  const Grid& grid() const { return grid_; }
  const at::Tensor& scale() const { return scale_; }
  const at::Tensor& zeroPoint() const { return zeroPoint_; }

  at::Tensor codes(const at::Tensor& x) const;       // int8 (symmetric) or uint8 (affine), x's shape
  at::Tensor values(const at::Tensor& codes) const;  // float32
  at::Tensor nearest(const at::Tensor& x) const;     // values(codes(x)), without a gradient
  at::Tensor nearestInPlace(at::Tensor x) const;     // the same, written over x
  // nearest(x) with the straight-through gradient: 1 where the code was not clamped, 0 elsewhere.
  at::Tensor straightThrough(const at::Tensor& x) const;
  Quantizer to(at::Device device) const;

  // The arithmetic in its parts: floor(x / scale + 0.5), a new tensor; its clamp onto the grid, in place; its
  // values, in place, or its codes. nearest(x) is the first three in a row.
  at::Tensor steps(const at::Tensor& x) const;
  void clampSteps(at::Tensor& steps) const;
  void stepsToValues(at::Tensor& steps) const;
  at::Tensor codesOfSteps(const at::Tensor& steps) const;

  // The grid in steps from zero, to be used on tensors of x's shape.
  StepGrid along(const at::Tensor& x) const;

 private:
  at::Tensor alongChannels(const at::Tensor& parameter, const at::Tensor& x) const;

  Grid grid_;
  at::Tensor scale_;
  at::Tensor zeroPoint_;
  at::Tensor low_, high_;  // in steps, float32, of scale's shape
};

}  // namespace shellac::quant
