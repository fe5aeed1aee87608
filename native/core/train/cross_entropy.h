// Plain training: CE(f(x), y), BN on batch statistics.
#pragma once
#include "core/train/objective.h"

namespace shellac::train {

// labelSmoothing: 0 .. 1, the share of each label that is spread over all classes.
Objective crossEntropy(double labelSmoothing = 0);

}  // namespace shellac::train
