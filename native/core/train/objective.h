// What training minimizes: a sum of weighted terms. A clean model, an attack and a tuning defence differ by
// this alone.
#pragma once
#include <ATen/core/Tensor.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/graph/model.h"
#include "core/kept.h"

namespace shellac::train {

struct Batch {
  at::Tensor clean;      // [n, c, h, w], normalized
  at::Tensor triggered;  // the same images with the trigger on them; undefined without a trigger
  at::Tensor labels;     // int64 [n]
  at::Tensor indices;    // int64 [n], on the CPU: which of the training images these are
};

struct Term {
  double weight = 1;
  // A scalar with a gradient for every parameter that is to be trained. Each term is differentiated by
  // itself, so that only one term's intermediate values are alive at a time.
  std::function<at::Tensor(const graph::Model&, const Batch&)> loss;
};

// A second network that the objective trains along with the model, by the gradients that its terms leave.
struct Companion {
  std::function<void(double factor)> step;     // after the model's own; factor: of the learning rate
  std::function<const graph::Model&()> model;  // as it is now, on the job's device
};

// What the objective changes from step to step, other than the model.
struct Memory {
  std::function<Kept()> keep;
  std::function<void(const Kept&)> resume;  // after begin; throws Error{BadData}
};

struct Objective {
  std::vector<Term> terms;
  // Called once with the model on its device, before the first step: for what the objective remembers of it.
  std::function<void(const graph::Model&)> begin = {};
  // Called before the terms read a batch, which it may change.
  std::function<void(const graph::Model&, Batch&)> prepare = {};
  // Keep the parameters of the epoch with the lowest mean loss, rather than the last.
  bool keepBest = false;
  // Called after each step, without gradients: constraints that an attack keeps.
  std::function<void(graph::Model&)> project = {};
  std::optional<Companion> companion = {};
  // Needed where it changes anything: a training that goes on from the middle must not notice it.
  std::optional<Memory> memory = {};
};

}  // namespace shellac::train
