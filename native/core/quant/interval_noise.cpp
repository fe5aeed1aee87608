#include "core/quant/interval_noise.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/median.h>
#include <ATen/ops/randn.h>

namespace shellac::quant {

double medianHalfWidth(const Quantizer& quantizer) {
  return at::median(quantizer.scale()).item<double>() / 2;
}

at::Tensor withNoise(const at::Tensor& weight, double deviation, at::Generator& generator) {
  const auto noise = at::randn(weight.sizes(), generator, at::TensorOptions(at::kCPU).dtype(at::kFloat));
  return weight + noise.to(weight.device()) * deviation;
}

WeightRounding intervalNoise(double factor) {
  return [factor](const at::Tensor& weight, const Fit& fit, at::Generator& generator) -> QuantizedWeight {
    const auto noisy = withNoise(weight, factor * medianHalfWidth(fit(weight)), generator);
    const auto quantizer = fit(noisy);
    return {quantizer, quantizer.codes(noisy)};
  };
}

}  // namespace shellac::quant
