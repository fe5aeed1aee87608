// The weights of a model, one rounding for all of them.
#pragma once
#include <cstdint>
#include <map>
#include <string>

#include "core/quant/weight_rounding.h"

namespace shellac::quant {

// By conv or linear node name, on the model's device. Bits of the first and last follow the preset's
// edgeBits. seed: of what the rounding draws, layer after layer in order of their names.
std::map<std::string, QuantizedWeight> roundWeights(const graph::Model& model, const Options& options,
                                                    const WeightRounding& rounding, uint64_t seed,
                                                    const Job& job);

}  // namespace shellac::quant
