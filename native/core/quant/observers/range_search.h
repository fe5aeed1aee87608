// The MSE range search: min and max shrunk jointly by (1 − 0.01·i), i = 0 .. candidates − 1; the first one of
// least mean |q(x) − x|² wins.
//
// Per channel it scores every element. Per tensor (values: a hundred times as many elements, scored anew for
// each batch) it scores a histogram of the tensor, at least 32 bins to a step of the widest grid. That is off
// only where a bin holds the border between two codes, and there both codes are equally far.
#pragma once
#include <ATen/core/Tensor.h>

#include "core/quant/range.h"

namespace shellac::quant {

Range searchRange(const at::Tensor& x, const Grid& grid, int64_t candidates);

}  // namespace shellac::quant
