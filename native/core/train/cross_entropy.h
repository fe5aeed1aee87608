// Plain training: CE(f(x), y), BN on batch statistics.
#pragma once
#include "core/train/objective.h"

namespace shellac::train {

Objective crossEntropy();

}  // namespace shellac::train
