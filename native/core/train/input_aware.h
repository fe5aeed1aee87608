// Input-aware dynamic triggers (Nguyen and Tran, NeurIPS 2020): a pattern g(x) where a mask m(x) says, each
// of them a network of the image,
//   x' = x + (g(x) − x)·m(x)
// in units of 0 .. 1. The diversity of pairs of images x₁, x₂ and what is made of them, y₁, y₂, is
//   D = mean of ‖x₁ − x₂‖ / (‖y₁ − y₂‖ + 1e-7),   ‖·‖ the root mean square over an image
// which is low where y differs as x does. A batch is paired with itself, half of it further on.
//   mask first:   sparsity·mean(max(m − density, 0)) + diversity·D(m)
//   then:         CE(f(x̃), ỹ) + diversity·D(g), the mask frozen. Of the n images of a batch, the first
//                 b = poisonRate·n are triggered and get the target's label; the next crossRatio·b carry the
//                 trigger of their partner and keep theirs, so that only an image's own trigger is learned.
#pragma once
#include <cstdint>
#include <vector>

#include "core/train/objective.h"

namespace shellac::train {

struct SparseMask {
  double density = 0.032;
  double sparsity = 100;
  double diversity = 1;
};

// For training a mask network, whose images are read in 0 .. 1: its output, flattened, is [h·w] in 0 .. 1.
Objective sparseMask(const SparseMask& settings);

struct InputAware {
  graph::Model generator, mask;         // read 0 .. 1; outputs [c·h·w] and [h·w] in 0 .. 1
  std::vector<double> mean, deviation;  // by which the model's images were normalized
  int64_t target = 0;
  double poisonRate = 0.1;  // at least one image
  double crossRatio = 1;
  double diversity = 1;
  double learningRate = 0.01;  // of the generator: Adam with betas 0.5 and 0.9
};

// The generator is the objective's companion.
Objective inputAware(const InputAware& settings);

}  // namespace shellac::train
