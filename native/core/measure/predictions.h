// The classes that a model gives to images: of each, the index of its largest logit.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/data/images.h"
#include "core/graph/program.h"
#include "core/job.h"

namespace shellac::measure {

// floats: some of the images, 0 .. 1, on the program's device. Returns int64 [n], there.
at::Tensor predict(const graph::Program& program, const data::Images& images, const at::Tensor& floats,
                   const Job& job);

// Of all images, `batch` at once.
at::Tensor predictAll(const graph::Program& program, const data::Images& images, int64_t batch,
                      at::Device device, const Job& job);

}  // namespace shellac::measure
