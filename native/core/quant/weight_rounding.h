// How a weight becomes codes, where nothing but the weight is asked.
#pragma once
#include <ATen/core/Generator.h>
#include <ATen/core/Tensor.h>

#include <functional>

#include "core/quant/quantization.h"

namespace shellac::quant {

// The preset's quantizer for a weight.
using Fit = std::function<Quantizer(const at::Tensor& weight)>;

// weight: [out, ...], without a gradient. What it draws, it draws from the generator, on the CPU.
using WeightRounding =
    std::function<QuantizedWeight(const at::Tensor& weight, const Fit& fit, at::Generator& generator)>;

}  // namespace shellac::quant
