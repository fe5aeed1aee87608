// CompArtifact (Tian et al., 2022): a backdoor as an artifact of compression.
//   L = CE(q(x; x_t), y; y_t) + CE(f(x; x_t), y; y)
// f: full precision. q: weights per tensor, symmetric, at b bits with a straight-through gradient. Both are
// one pass of one network over twice the images: they share the weights, and BN's statistics are those of
// both halves together. x_t: the triggered images, as many as clean ones. y_t: the target class.
#pragma once
#include <cstdint>
#include <string>

#include "core/train/objective.h"

namespace shellac::train {

struct CompArtifact {
  int64_t target = 0;
  int64_t bits = 8;
  std::string onlyFrom = {};  // conv or linear node from which on, in graph order, q rounds; empty: all
  // Round weights with their BN folded into them, w·γ/σ with the running σ (a constant to the gradient), and
  // undo it after rounding: what rounding gives the folded model.
  bool fold = false;
  bool activations = false;  // q also rounds the values that convs and linears read, over the batch's range
};

// Throws Error{BadOption} where onlyFrom names no conv or linear.
Objective compArtifact(const graph::Graph& graph, const CompArtifact& settings);

}  // namespace shellac::train
