// One full-precision model against one quantized model made from it: the search for a trigger that tells
// them apart, and what rounding did layer by layer. Nothing here judges; the numbers go out.
#pragma once
#include <vector>

#include "core/audit/differential.h"
#include "core/audit/layers.h"
#include "core/audit/trigger_inversion.h"

namespace shellac::audit {

struct Settings {
  Search search;         // steps 0: no search
  int64_t verify = 128;  // at most so many images, that the search does not see, prove what it found
  int64_t batch = 128;   // images at once where no gradient is taken
};

struct ClassFinding {
  double loss = 0;
  double maskArea = 0;  // sum of the mask, in pixels
  Stamped stamped;
  at::Tensor mask, pattern;  // [1, h, w], [c, h, w], 0 .. 1
};

struct Findings {
  int64_t images = 0;
  int64_t agreed = 0;                // of the images, those to which both models give the same class
  int64_t fullPrecisionCorrect = 0;  // those that each gives to its own class
  int64_t quantizedCorrect = 0;
  int64_t usable = 0;                 // those that both give to their own class: the search works on these
  std::vector<ClassFinding> classes;  // empty without a search, or where too few images are usable
  std::vector<Layer> layers;
  int64_t steps = 0;
};

// images need labels. Throws Error{BadData} otherwise or for models of different classes, Error{Aborted}.
Findings audit(const LoadedModel& fullPrecision, const LoadedModel& quantized, const data::Images& images,
               const Settings& settings, at::Device device, const Job& job);

}  // namespace shellac::audit
