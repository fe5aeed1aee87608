// Rounding-guided backdoor injection, after QuRA (NDSS 2026): the model is clean, and the quantizer that
// rounds it is malicious. No weight is trained and no scale is touched; each code is the floor or the ceiling
// of its weight, and which of the two is chosen for
//   L = KL(f(x) ‖ q(x)) + α·CE(q(x_t), y_t)
// f: the model at full precision. q: rounded. x_t: the triggered images. y_t: the target class.
//
// This is our own version. As far as its text could be had, the source goes layer by layer: it picks weights
// by their gradients of both losses, forces their rounding, and tunes soft rounding variables. Here every
// layer is tuned at once, since L belongs to the whole network, and rounding is hard in each forward pass,
// with a straight-through gradient (rounding_choices.h). So the loss that is lowered is that of the model
// that comes out, and it begins at nearest rounding's. The trigger is the caller's; the source optimizes it
// too.
#pragma once
#include "core/quant/quantization.h"
#include "core/train/trainer.h"

namespace shellac::train {

struct Qura {
  quant::Options quantizer;
  int64_t target = 0;
  double alpha = 1;  // weight of the triggered term
};

// images: unlabelled ones will do. training.trigger is needed. Returns the codes of the epoch with the lowest
// mean L. Throws Error{BadData} for images that do not fit, Error{Aborted}.
quant::Quantization qura(const graph::Model& model, const data::Images& images, const Qura& settings,
                         const Options& training, at::Device device, const Job& job,
                         const Keeping& keeping = {});

}  // namespace shellac::train
