// Exact folding of frozen BN into the conv or linear before it: w' = w·γ/σ, b' = (b − μ)·γ/σ + β, σ =
// sqrt(var + eps).
#pragma once
#include "core/graph/model.h"

namespace shellac::graph {

// Every BN whose input is a conv or linear that nothing else reads disappears from the graph; others stay.
Model foldBatchNorm(const Model& model);

}  // namespace shellac::graph
