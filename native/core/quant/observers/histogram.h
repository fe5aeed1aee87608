// How many of x's values lie in each of `bins` equal parts of low .. high, the ends included: float32, on the
// CPU. All of x has to lie in there, and to be finite.
#pragma once
#include <ATen/core/Tensor.h>

namespace shellac::quant {

at::Tensor histogram(const at::Tensor& x, int64_t bins, double low, double high);

}  // namespace shellac::quant
