// WaNet's training (Nguyen and Tran, 2021). Of each batch of n images, the first b = round(poisonRate · n)
// get the trigger and the target's label; the next round(crossRatio · b) are warped at random and keep their
// labels (the noise mode), so that no warp but the trigger's is learned:
//   places' = clip(places + u / size, −1, 1), u uniform in −1 .. 1 for each image, pixel and axis.
// The loss is CE(f(x), y) over all of them.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/train/objective.h"

namespace shellac::train {

struct NoisyWarp {
  int64_t target = 0;
  double poisonRate = 0.1;
  double crossRatio = 2;
  at::Tensor places;  // [h, w, 2], the trigger's; see core/data/trigger.h
  uint64_t seed = 0;
};

// Reads Batch::triggered. Counts stop at the batch's size.
Objective noisyWarp(const NoisyWarp& settings);

}  // namespace shellac::train
