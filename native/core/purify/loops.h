// The inner loops of the Adam solvers on rows of floats, each a single pass over memory.
#pragma once
#include <cstdint>

#include "core/quant/loops.h"

namespace shellac::purify {

// What follows a unit's linear part, y, element by element:
//   z = factor · y + offset    (a frozen BN)        r = min(max(z, low), high)    (an activation)
//   v = clamp(floor(r / scale + 0.5), ...) · scale  (the output's quantizer, where there is one)
struct Tail {
  float low, high;  // of the activation; infinite without one
  bool quantized;
  quant::Step output;  // read where quantized
};

// Puts slope · dL/dy, with L = Σ (v − target)² and the quantizer's straight-through gradient, in y's place;
// returns L. factor and offset are rows of numbers, or one number each where `constant`.
double tailRow(float* y, const float* target, const float* factor, const float* offset, bool constant,
               int64_t n, const Tail& tail, float slope);

// Adam's numbers for one step (Kingma and Ba, 2015), its corrections for the first steps within.
struct AdamStep {
  float size;       // rate / (1 − β₁ᵗ)
  float deviation;  // sqrt(1 − β₂ᵗ)
};

// One row of everything that belongs to α.
struct OffsetRow {
  float *alpha, *first, *second, *values;
  const float *gradient, *weight;
};

// α takes a step of Adam along the gradient that the loss has for Q(W + α), passed straight through; values
// become Q(W + α).
void offsetRow(const OffsetRow& row, int64_t n, quant::Step step, AdamStep adam);

}  // namespace shellac::purify
