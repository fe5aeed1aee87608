// Grad-CAM (Selvaraju et al., ICCV 2017): which parts of an image speak for a class.
//   w_k = mean over positions of ∂score/∂A_k    map = relu(Σ_k w_k·A_k)
// score: the class's logit; A: a feature map of the model, [n, c, h, w]. The map is brought to the image's
// size bilinearly and divided by its largest value. In a quantized model A is what its codes and quantizers
// make; the gradient goes through the quantizers behind A straight: as it is where a value was not clamped,
// 0 where it was.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <optional>
#include <string>

#include "core/data/images.h"
#include "core/job.h"
#include "core/loaded_model.h"

namespace shellac::measure {

struct Cams {
  at::Tensor maps;     // float32 [n, h, w], 0 .. 1; all 0 where nothing speaks for the class
  at::Tensor classes;  // int64 [n]: those asked for, or predicted
};

struct CamOptions {
  std::string layer;                   // the value A
  std::optional<int64_t> target = {};  // class index; none: what the model takes each image for
  int64_t batch = 64;
};

// Throws Error{BadOption} for a target that is no class or a layer that is no feature map, Error{BadModel}
// for a layer that there is not, Error{BadData}, Error{Aborted}.
Cams gradCam(const LoadedModel& loaded, const data::Images& images,
             const std::optional<data::Trigger>& trigger, const CamOptions& options, at::Device device,
             const Job& job);

}  // namespace shellac::measure
