// Training with some inputs of one linear layer pruned: their weights are 0 before the first step and after
// each (fine-pruning, Liu et al., RAID 2018, after the channels have been ranked).
#pragma once
#include <string>
#include <vector>

#include "core/train/objective.h"

namespace shellac::train {

// weight: a tensor [out, in] of the model; columns: indices of inputs.
Objective pruned(Objective objective, const std::string& weight, const std::vector<int64_t>& columns);

}  // namespace shellac::train
