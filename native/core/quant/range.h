// From a range of values to scale and zero point.
//   symmetric: scale = max(|min|, |max|) / high                    zeroPoint = 0
//   to the edge of the last cell: scale = max(|min|, |max|) / (high + 0.5), symmetric alone
//   affine:    scale = (max(max, 0) − min(min, 0)) / (2^b − 1)     zeroPoint = low − floor(min(min, 0) /
//   scale + 0.5)
// Where a range has no width, scale is 1.
#pragma once
#include <ATen/core/Tensor.h>

#include "core/quant/quantizer.h"

namespace shellac::quant {

struct Range {
  at::Tensor min;  // [1], or one a channel
  at::Tensor max;
};

// All values, in the order in which they lie in memory. Others would copy a channels-last tensor for it.
at::Tensor flat(const at::Tensor& x);

// Of the whole tensor, or of each index of axis 0.
Range rangeOf(const at::Tensor& x, bool perChannel);

at::Tensor scaleOf(const Range& range, const Grid& grid);
Quantizer quantizerOf(const Range& range, const Grid& grid);
Quantizer edgeQuantizerOf(const Range& range, const Grid& grid);

}  // namespace shellac::quant
