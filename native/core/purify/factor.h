// H = RRᵀ with R upper triangular: Cholesky from the last row up, in blocks, so that a job can be stopped
// within one.
#pragma once
#include <ATen/core/Tensor.h>

#include "core/purify/pace.h"

namespace shellac::purify {

// In place; float64 [k, k], symmetric. False when H is not positive definite; then H is spoilt.
bool factorUpper(at::Tensor& H, const Pace& pace);

}  // namespace shellac::purify
