// Counts behind BA, ASR and RA. BA: correct / samples. ASR: hits / triggered, where `triggered` are the
// samples whose label is not the target class, each with the trigger on it, and `hits` those of them that the
// model gives to the target. RA: robust / triggered, `robust` being those that the model gives to their own
// class.
#pragma once
#include <cstdint>
#include <optional>

#include "core/data/images.h"
#include "core/data/trigger.h"
#include "core/job.h"
#include "core/loaded_model.h"

namespace shellac::measure {

struct Counts {
  int64_t samples = 0;
  int64_t correct = 0;
  int64_t triggered = 0;
  int64_t hits = 0;
  int64_t robust = 0;
};

struct Attack {
  data::Trigger trigger;
  int64_t target = 0;
};

// images need labels, each a class of the model. Throws Error{BadData} otherwise, Error{BadOption} for a
// target that is no class, Error{Aborted}.
Counts count(const LoadedModel& loaded, const data::Images& images, const std::optional<Attack>& attack,
             int64_t batch, at::Device device, const Job& job);

}  // namespace shellac::measure
