// Rounding as something that can be trained: floor or ceiling for each weight of a quantized model. A weight
// has a v in 0 .. 1, which begins as the fraction of w / scale; its code is floor(w / scale) + [v ≥ ½],
// clamped onto the grid, and the gradient passes straight through to v. So it begins at nearest rounding.
#pragma once
#include <map>
#include <string>

#include "core/graph/executor.h"
#include "core/quant/quantization.h"

namespace shellac::train {

class RoundingChoices {
 public:
  RoundingChoices(const graph::Model& model, const quant::Quantization& nearest, at::Device device);

  // The network with v in the place of every weight that has codes.
  graph::Model start() const;
  // How such a network is read: its weights rounded as v says, its values by their quantizers. Lives no
  // longer than this.
  graph::Reading reading() const;
  // Without gradients: v goes back into 0 .. 1, and all else to what it was.
  void restore(graph::Model& model) const;
  // Of a conv or linear node, from its v; int8 or uint8, on the CPU.
  at::Tensor codes(const std::string& node, const graph::Model& model) const;

  const graph::Model& fullPrecision() const { return model_; }

 private:
  const graph::Model model_;
  std::map<std::string, quant::Quantizer> quantizers_, activations_;
  graph::Tensors floors_;  // floor(w / scale) by node
};

}  // namespace shellac::train
