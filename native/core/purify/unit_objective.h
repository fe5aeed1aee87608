// The error of a whole unit: with its BN, activation and output quantizer, on the corrected quantized model's
// inputs, against the full-precision unit on full-precision inputs.
//   loss = mean over n and positions of Σ_c (unit(X̂; Ŵ) − unit(X; W))²
#pragma once
#include "core/purify/descent.h"

namespace shellac::purify {

// Lives no longer than the problem.
Objective unitObjective(const Problem& problem);

}  // namespace shellac::purify
