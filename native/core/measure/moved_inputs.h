// What PDA does to the distribution of a unit's BN input (native/core/purify/pda.h).
#pragma once
#include "core/measure/record.h"
#include "core/purify/pda.h"

namespace shellac::measure {

struct MovedInputs {
  // Of the BN's input, [channels, m]: see Record.
  at::Tensor still, moved;
  // Distance of its statistics from the running ones, mean over the images.
  double before = 0, after = 0;
};

// unit: name of a conv or linear that a BN reads. wanted: its channels. Its inputs come from the model as it
// is, quantized or not, and so does its weight; where purification would have corrected the units before it
// first. Throws Error{BadOption} for a unit without BN, and as recordValues().
MovedInputs moveInputs(const LoadedModel& loaded, const data::Images& images, const Wanted& unit,
                       const purify::Pda& pda, const Sampling& sampling, at::Device device, const Job& job);

}  // namespace shellac::measure
