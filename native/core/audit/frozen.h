// A model whose weights are constants, full precision or quantized: its logits can be differentiated with
// respect to the images.
#pragma once
#include <ATen/core/Tensor.h>

#include <map>
#include <string>

#include "core/loaded_model.h"

namespace shellac::audit {

class Frozen {
 public:
  // Codes become floats, BN is folded into the weights where no quantizer stands between the two.
  Frozen(const LoadedModel& loaded, at::Device device);

  // images: [n, ...inputShape], normalized. Returns [n, classes]. Gradients pass through the quantizers of
  // values straight, where these don't clamp.
  at::Tensor logits(const at::Tensor& images) const;

 private:
  graph::Model model_;
  std::map<std::string, quant::Quantizer> activations_;  // by value name of model_
};

}  // namespace shellac::audit
