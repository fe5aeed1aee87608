// Flipped rounding (the idea of FlipGuard, arXiv 2606.28962, whose formulas are not public): where an
// attacker parks weights close to the boundary between two codes, those weights get the other one.
//   x = w/scale;  distance to the boundary: |x − floor(x) − 0.5|;  other code: 2·floor(x) + 1 − nearest
// Of a layer, the share with the smallest distances is flipped, of equal ones the first in memory order. A
// weight that has only one of its two codes on the grid is not flipped, nor counted among the nearest.
#pragma once
#include "core/quant/weight_rounding.h"

namespace shellac::quant {

// share: 0 .. 1 of each layer's weights, to the nearest whole number.
WeightRounding boundaryFlips(double share);

}  // namespace shellac::quant
