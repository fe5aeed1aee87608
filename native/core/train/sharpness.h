// Adaptive sharpness-aware minimization (Kwon et al., ICML 2021): the gradient is taken not at the weights w
// but at the worst point near them, w + e, where to first order the loss is highest.
//   e = ρ·w²g / ‖ |w|g ‖, over all parameters together; g: the gradient at w
// FT-SAM (Zhu et al., ICCV 2023) tunes a backdoored model with it.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <vector>

#include "core/graph/model.h"

namespace shellac::train {

// e for each parameter; 0 for one without a gradient.
std::vector<at::Tensor> sharpestStep(const std::vector<at::Tensor>& parameters, double radius);

// Replaces the gradients that the model's parameters hold by those that `accumulate` finds at w + e.
// Parameters and buffers (BN's statistics saw the batch once already) are as before.
void sharpen(const graph::Model& model, double radius, const std::function<void()>& accumulate);

}  // namespace shellac::train
