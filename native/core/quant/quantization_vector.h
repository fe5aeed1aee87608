// Rounding against the quantization vector (QVec, arXiv 2606.20254, of which only the idea is public): what
// nearest rounding adds to a weight, τ = Q(W) − W, is taken for a malicious task vector and subtracted.
//   W' = W − λ·τ,   codes: those of W' by the quantizer of W
// The quantizer is W's own, since τ is the error on that grid: another scale would make other errors, and the
// correction would be for rounding that does not happen. On one grid, and for λ ≤ 2, this gives just those
// weights their other code, floor instead of ceiling and vice versa, whose error is more than 1/(2(1 + λ)) of
// a step.
#pragma once
#include "core/quant/weight_rounding.h"

namespace shellac::quant {

WeightRounding againstQuantizationVector(double lambda);

}  // namespace shellac::quant
