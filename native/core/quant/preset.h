// Quantizer presets: a table of observer, grid and granularity. Nothing below it asks for a preset's name.
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "core/quant/observer.h"

namespace shellac::quant {

struct Preset {
  std::string name;
  Observe weightObserver;
  bool weightSymmetric;
  bool weightPerChannel;
  Observe activationObserver;  // per tensor, affine
  std::optional<int64_t> edgeBits =
      {};  // of the first and last layer's weights and inputs, where they differ
};

// attacker: Qu-ANTI-zation's (weights per tensor, symmetric, min-max; activations min-max). minmax: per
// channel, symmetric, min-max; activations moving average. minmax-tensor: the same per tensor. qnnpack and
// fbgemm: the weights as PyTorch's backends of these names have them, max|w| being 2^(b−1) − 0.5 steps, per
// tensor and per channel; what PQBackdoor is made for. Activations min-max. mse: the
// official LAC code's (per channel, affine, MSE search; activations EMA-MSE; 8-bit first and last layer and
// network input).
const std::vector<Preset>& presets();
const Preset& findPreset(const std::string& name);  // Error{BadOption} listing the names

}  // namespace shellac::quant
