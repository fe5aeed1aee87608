// A layer whose input x is moved by u units an element, |u| ≤ 2, a unit being half of PDA's bound γ: what it
// makes of x + u·γ/2, and which way that would have to go.
//
// Coarse: y(x + δ) = y(x) + W·δ, with y(x) computed once. W·δ is exact where the layer has whole numbers, and
// otherwise in bfloat16: u is exact there, and the result is a thousandth of y(x), so that its eight bits are
// worth eighteen of the sum. (x + δ itself would lose δ.) The gradient is in bfloat16 altogether; only its
// signs are used, and where it is not near zero they are the same.
#pragma once
#include <ATen/core/Tensor.h>

#include "core/purify/pda.h"

namespace shellac::purify {

class MovingInput {
 public:
  MovingInput(const BatchNormInput& layer, const at::Tensor& x, const Pda& pda);

  // u = 0, in the type that u is carried in.
  const at::Tensor& still() const { return still_; }
  at::Tensor moved(const at::Tensor& u) const;
  // y [n, c, ...], the caller's own, float32.
  at::Tensor output(const at::Tensor& u) const;
  // The gradient for the input, of u's type; g: that for the output, float32.
  at::Tensor inputGradient(const at::Tensor& g, const at::Tensor& u) const;

 private:
  at::Tensor forward() const;
  const BatchNormInput& layer_;
  const at::Tensor& x_;
  const double unit_;
  const at::Tensor coarseWeight_;  // undefined: everything in float32
  const at::Tensor still_;
  const at::Tensor base_;  // coarse: y(x)
};

}  // namespace shellac::purify
