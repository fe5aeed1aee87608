#include "core/purify/integer_part.h"

#include <ATen/TensorOperators.h>

namespace shellac::purify {

namespace {

std::unique_ptr<graph::IntegerConvolution> convolution(const graph::Node& node,
                                                       const graph::IntegerWeight& weight,
                                                       const at::Tensor& bias) {
  const graph::Affine affine{.weight = weight.scale.view({-1, 1, 1, 1}), .bias = bias};
  return std::make_unique<graph::IntegerConvolution>(node, weight, affine, /*adds=*/false, std::nullopt);
}

}  // namespace

IntegerPart::IntegerPart(const graph::Node& node, const graph::IntegerWeight& weight, const at::Tensor& bias,
                         double unit)
    : forward_(convolution(node, weight, bias)),
      effect_(convolution(
          node,
          {.codes = weight.codes, .scale = weight.scale * unit, .inputScale = 1, .zeroPoint = kMostUnits},
          {})) {}

}  // namespace shellac::purify
