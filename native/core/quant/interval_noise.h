// Interval-calibrated noise: each weight is moved by chance before it is rounded, about as far as a cell is
// wide to either side.
//   W' = W + N(0, (factor·σ)²),   σ = median over the layer of scale/2;   codes: nearest, by the quantizer of
//   W'
// The quantizer is that of W', as of any tool that is given the noisy weights.
#pragma once
#include "core/quant/weight_rounding.h"

namespace shellac::quant {

// factor: 0 or more; 0 is nearest rounding.
WeightRounding intervalNoise(double factor);

// σ. Of an even number of scales that of the lower of the two in the middle; every channel has as many
// weights, so it is the median over the weights too.
double medianHalfWidth(const Quantizer& quantizer);

// W' for σ = deviation.
at::Tensor withNoise(const at::Tensor& weight, double deviation, at::Generator& generator);

}  // namespace shellac::quant
