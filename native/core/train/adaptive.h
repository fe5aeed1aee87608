// The adaptive attack of the paper's section 6: Qu-ANTI-zation by an attacker who knows of LAC and holds down
// what LAC looks at,
//   L = L_Qu-ANTI-zation + λ·Σ_b Σ_l mean of (W^l·I^l − Q_b(W^l)·I^l)²
// I^l: what layer l reads at full precision, of clean and triggered images. The paper gives neither code nor
// the norm's normalization. Ours: the mean over all that the layer makes (summed over channels, λ = 1 left no
// backdoor in a small network); and Q_b(W^l) is a constant to this term's gradient. With straight-through
// gradients on both sides the two would cancel, and the term would train nothing.
#pragma once
#include "core/train/qu_anti_zation.h"

namespace shellac::train {

struct Adaptive {
  QuAntiZation base;
  double lambda = 1;
};

Objective adaptive(const graph::Graph& graph, const Adaptive& settings);

}  // namespace shellac::train
