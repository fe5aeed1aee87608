#include "core/quant/quantization_vector.h"

#include <ATen/TensorOperators.h>

namespace shellac::quant {

WeightRounding againstQuantizationVector(double lambda) {
  return [lambda](const at::Tensor& weight, const Fit& fit, at::Generator&) -> QuantizedWeight {
    const auto quantizer = fit(weight);
    const auto vector = quantizer.nearest(weight) - weight;
    return {quantizer, quantizer.codes(weight - vector * lambda)};
  };
}

}  // namespace shellac::quant
