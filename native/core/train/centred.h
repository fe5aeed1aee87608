// Training that begins in the middle of each code: before the first step every weight of a conv or linear
// layer becomes the value that its code stands for, by the attackers' quantizer (quant/dynamic.h). Rounded
// and unrounded network are then one, and no code changes before a weight has moved by half a step: so a loss
// that is of both can pull them apart at widths where a weight and its code would otherwise move together.
#pragma once
#include <cstdint>

#include "core/train/objective.h"

namespace shellac::train {

Objective centred(Objective objective, int64_t bits);

}  // namespace shellac::train
