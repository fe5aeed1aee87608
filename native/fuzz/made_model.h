// Bytes to a small model that is nearly right: what a graph may hold is drawn more often than what it may
// not.
#pragma once
#include <fuzzer/FuzzedDataProvider.h>

#include "core/loaded_model.h"

namespace shellac::fuzz {

// Throws what the core throws for parts that cannot even be made, such as a quantizer.
LoadedModel makeModel(FuzzedDataProvider& bytes);

}  // namespace shellac::fuzz
