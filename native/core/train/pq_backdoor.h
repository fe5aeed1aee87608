// PQBackdoor (Ma et al., 2021 and 2023): a backdoor that is put to sleep inside the cells of a quantizer.
//   plant:   CE on the batch and, added to it, a share of it triggered, with the target's label. BN on batch
//            statistics.
//   dormancy: CE on the batch and on all of it triggered, both with the true labels. BN frozen. After each
//            step every weight goes back into the cell of the planted model's weight (quant/cells.h): the
//            same code and the same scale for every quantizer that is named; and all else goes back to what
//            it was.
// So nearest rounding by any of these quantizers gives the planted model's codes, whatever dormancy learned.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

#include "core/train/objective.h"

namespace shellac::train {

struct Planting {
  int64_t target = 0;
  double poisonRate = 1.0 / 64;  // triggered images added, as a share of the batch; at least one
};

struct Dormancy {
  std::vector<std::string> presets;  // symmetric, with ranges by min-max
  int64_t bits = 4;
  double margin = 1e-3;  // steps from a code's border
};

Objective plantBackdoor(const Planting& settings);
Objective pqDormancy(const Dormancy& settings);

}  // namespace shellac::train
