// Biases as integer kernels add them. Where both the codes of a conv or linear and the value that it reads
// have more than 4 bits, runtimes multiply integers and add the bias as one: int32, in steps of the product
// of the two scales. With the BN behind it folded in that is
//   step = (scale of the value) · (scale of the weight) · |γ/σ|,   bias' = floor(bias/step + 0.5) · step.
// The steps are coarse enough to move 8-bit values across a rounding border, so a model that is to be
// measured as it will run has to have such biases itself.
#pragma once
#include "core/graph/model.h"
#include "core/quant/quantization.h"

namespace shellac::quant {

// The model with every such bias moved to the nearest whole step: the layer's own, or the BN's β. A layer
// with a bias that int32 does not hold keeps all of its own, as does one without bias and BN.
graph::Model withIntegerBiases(const graph::Model& model, const Quantization& quantization);

}  // namespace shellac::quant
