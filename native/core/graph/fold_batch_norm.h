// Exact folding of frozen BN into the conv or linear before it: w' = w·γ/σ, b' = (b − μ)·γ/σ + β, σ =
// sqrt(var + eps).
#pragma once
#include "core/graph/model.h"

namespace shellac::graph {

struct Affine {
  at::Tensor weight, bias;  // of a conv or linear; an undefined bias is none
};

// The conv or linear with the BN node after it in weight and bias, float32. In double precision on the way:
// the folded model should differ by the rounding of its weights to float32 alone.
Affine foldInto(const Affine& layer, const Model& model, const Node& batchNorm);

// Every BN whose input is a conv or linear that nothing else reads disappears from the graph; others stay.
Model foldBatchNorm(const Model& model);

}  // namespace shellac::graph
