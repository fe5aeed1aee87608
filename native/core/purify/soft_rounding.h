// Rounding as a choice that can be learned (Nagel et al., 2020): each weight lies between two neighbours of
// its grid, and a variable V says how far up.
//   Ŵ = clamp(floor(W / s) + h, low, high) · s    h = clip(σ(V) · (ζ − γ) + γ, 0, 1)
// V begins where h is the fraction of W / s, so that Ŵ is W, or the end of the grid beyond which W lies. In
// the end h ≥ ½ rounds up: codes are floors or ceilings, and no others.
#pragma once
#include <ATen/core/Tensor.h>

#include "core/quant/quantizer.h"

namespace shellac::purify {

// The sigmoid is stretched beyond 0 .. 1, so that h gets to both ends: 0 ≥ γ, ζ ≥ 1.
struct Stretch {
  double gamma, zeta;
};
inline constexpr Stretch kPlain{0, 1};           // EFRAP's
inline constexpr Stretch kStretched{-0.1, 1.1};  // AdaRound's and BRECQ's

class SoftRounding {
 public:
  // weight: W, at full precision; the quantizer on its device.
  SoftRounding(const at::Tensor& weight, quant::Quantizer quantizer, Stretch stretch);

  // V, of the weight's shape, in rows: whoever learns it writes to it.
  const at::Tensor& variable() const { return variable_; }
  // h and Ŵ, with a gradient where V or h has one.
  at::Tensor share(const at::Tensor& variable) const;
  at::Tensor soft(const at::Tensor& share) const;
  at::Tensor codes() const;

  // What nearest rounding does: |W − Q(W)|, and 1 where it rounds up, 0 elsewhere.
  at::Tensor nearestError() const;
  at::Tensor nearestIsUp() const;

 private:
  quant::Quantizer quantizer_;
  quant::StepGrid grid_;
  Stretch stretch_;
  at::Tensor weight_, floors_, fractions_, variable_;
};

}  // namespace shellac::purify
