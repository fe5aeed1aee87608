// Poisoned distribution approximation: moves a unit's inputs by at most γ an element, so that the statistics
// of its BN's input come near to the running ones, which hold what the training data looked like, poisoned
// part and all.
//   x ← x₀ + clip(x − a·sign(∂distance/∂x) − x₀, −γ, γ),  a = γ, halved at half the steps
// through the nearest-rounded weights. The moved inputs are for the solver alone: they are not carried on.
// In the official form no sample knows of another (but on maps of one element, see statistics.h), so that it
// does not matter how they are batched.
#pragma once
#include <ATen/core/Tensor.h>

#include "core/purify/integer_part.h"
#include "core/purify/linear_part.h"
#include "core/purify/pace.h"
#include "core/purify/statistics.h"

namespace shellac::purify {

struct BatchNormInput {
  const LinearPart& part;
  at::Tensor weight;  // as quantized
  at::Tensor bias;    // may be undefined
  RunningStatistics running;
  const IntegerPart* integers = nullptr;  // the same part by whole numbers, where there is one
};

// Half the bound γ: changes are whole numbers of it.
inline double changeUnit(double bound) { return bound / 2; }

struct Pda {
  PdaForm form = PdaForm::Official;
  int64_t steps = 500;
  double bound = 1e-3;  // γ
  // Leave out steps that only go back and forth between two iterates; the result is the same to the bit.
  bool skipRepeats = true;
  // In bfloat16, or whole numbers, what need not be in float32 (moving_input.h).
  bool coarse = false;
};

struct Approximation {
  at::Tensor moved;
  double before = 0, after = 0;  // the distance of the batch
};

// input: one batch, [n, ...].
Approximation approximate(const BatchNormInput& layer, const at::Tensor& input, const Pda& pda,
                          const Pace& pace);

}  // namespace shellac::purify
