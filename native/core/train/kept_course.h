// What a training keeps between two epochs, and how another goes on from there.
#pragma once
#include "core/kept.h"
#include "core/train/trainer.h"

namespace shellac::train {

// A training in the middle: what its epochs change. The model is on the job's device.
struct Course {
  graph::Model& model;
  const Objective& objective;
  Optimizer& optimizer;
  at::Generator& generator;
  Result& result;
};

// finished: there is no further epoch, so that the result alone is kept.
Kept keepCourse(const Course& course, bool finished);

// After the objective's `begin`. The epochs that are done are in the result then. Throws Error{BadData}.
void resumeCourse(const Kept& kept, const Course& course, int64_t epochs);

// Of an objective that draws from a generator of its own.
Memory memoryOf(const at::Generator& generator);

}  // namespace shellac::train
