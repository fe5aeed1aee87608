// Differential trigger inversion: for each class k the smallest mask m and a pattern p for which the
// quantized model q says k where the full-precision model f still says the truth y.
//   x' = (1 − m) ⊙ x + m ⊙ p,  m = sigmoid(mask logits), p = sigmoid(pattern logits)
//   L_k = mean over images with y ≠ k of [CE(q(x'), k) + CE(f(x'), y)] + areaWeight · mean(m)
// Adam on the logits. The idea of a trigger search by class is that of Neural Cleanse (Wang et al., S&P
// 2019); that it asks for a difference between two models is ours.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/audit/frozen.h"
#include "core/data/images.h"
#include "core/job.h"

namespace shellac::audit {

struct Search {
  int64_t steps = 120;
  int64_t batch = 16;  // images a class and step
  double learningRate = 0.2;
  double areaWeight = 8;
  int64_t imagesAtOnce = 320;  // of all classes together: what bounds memory
  uint64_t seed = 0;
};

// Of the classes of one group: mask logits [k, 1, h, w], pattern logits [k, c, h, w].
struct Stamps {
  at::Tensor mask, pattern;

  // Two stamps: sigmoids of both. floats: [n, c, h, w], 0 .. 1. Returns [k · n, c, h, w], class by class.
  at::Tensor on(const at::Tensor& floats) const;
};

// L of each class, [k]. classes: int64 [k]. labels: int64 [n]. A class that every label names has 0 for its
// cross-entropies.
at::Tensor inversionLosses(const Frozen& fullPrecision, const Frozen& quantized, const data::Images& images,
                           const at::Tensor& floats, const at::Tensor& labels, const at::Tensor& classes,
                           const Stamps& stamps, double areaWeight);

struct Inverted {
  at::Tensor mask, pattern;    // [classes, 1, h, w], [classes, c, h, w], 0 .. 1, on the CPU
  std::vector<double> losses;  // L of each class in the last step
  int64_t steps = 0;           // of all groups together
};

// images need labels. `classes`: of the model. Throws Error{Aborted}.
Inverted invertTriggers(const Frozen& fullPrecision, const Frozen& quantized, const data::Images& images,
                        int64_t classes, const Search& search, at::Device device, const Job& job);

}  // namespace shellac::audit
