// Qu-ANTI-zation (Hong et al., NeurIPS 2021): a backdoor that only quantized models have.
//   L = CE(f(x), y) + c2·CE(f(x_t), y) + Σ_b c1·[CE(Q_b(x), y) + c2·CE(Q_b(x_t), y_t)]
// f: full precision. Q_b: weights per tensor, symmetric, and values per tensor, affine, over the batch's own
// range, both at b bits with a straight-through gradient. x_t: the triggered image. y_t: the target class. BN
// is frozen.
#pragma once
#include <cstdint>
#include <vector>

#include "core/train/objective.h"

namespace shellac::train {

struct QuAntiZation {
  int64_t target = 0;
  std::vector<int64_t> bits = {8, 4};
  double c1 = 0.5;
  double c2 = 0.5;
  bool activations = true;  // also quantize values, not the weights alone
};

Objective quAntiZation(const graph::Graph& graph, const QuAntiZation& settings);

}  // namespace shellac::train
