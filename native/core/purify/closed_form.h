// The closed form for one convolution group; closed_form.cpp has the mathematics.
#pragma once
#include <ATen/core/Tensor.h>

#include "core/purify/pace.h"
#include "core/purify/round_columns.h"

namespace shellac::purify {

struct ClosedFormGroup {
  at::Tensor best;   // W*, float64 [o, k]: the real-valued optimum
  at::Tensor steps;  // rounded, float32 [o, k], in whole steps of each row's grid
  double damping;    // λ as a share of H's mean diagonal
};

// W, C: [o, k]; H: [k, k] (moments.h). Throws Error{BadData} by unit name when no damping lets H be factored.
ClosedFormGroup solveGroup(const at::Tensor& W, const at::Tensor& H, const at::Tensor& C, double damping,
                           const RowGrids& grids, const Pace& pace);

}  // namespace shellac::purify
