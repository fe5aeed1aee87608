// PDA as a plug-in for training (paper, section 5.4): before a step reads its images they are moved, by at
// most `bound` an element, so that the statistics of the inputs of all BNs together come near to the running
// ones of the model that training began with. The step rule is that of purify/pda.h.
#pragma once
#include "core/train/objective.h"

namespace shellac::train {

struct Approximated {
  int64_t steps = 3;
  double bound = 1e-3;  // γ, in units of normalized images
};

Objective approximated(Objective objective, const Approximated& settings);

struct MovedImages {
  at::Tensor images;
  double before = 0, after = 0;  // the distance, summed over the BNs
};

// images: [n, c, h, w], normalized. A model without BN moves nothing.
MovedImages moveImages(const graph::Model& model, const at::Tensor& images, const Approximated& settings);

}  // namespace shellac::train
