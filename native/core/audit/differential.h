// What two models say of the same images, benign or stamped.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <vector>

#include "core/data/images.h"
#include "core/job.h"
#include "core/loaded_model.h"

namespace shellac::audit {

struct Sayings {
  at::Tensor fullPrecision, quantized;  // int64 [n], on the CPU: the class of each image
};

// Of images whose label is not the class, all stamped.
struct Stamped {
  int64_t tried = 0;
  int64_t quantizedHits = 0;      // the quantized model says the class
  int64_t fullPrecisionHits = 0;  // the full-precision model does
};

class Pair {
 public:
  Pair(const LoadedModel& fullPrecision, const LoadedModel& quantized, at::Device device);

  Sayings on(const data::Images& images, int64_t batch, const Job& job) const;

  // mask: [k, 1, h, w], pattern: [k, c, h, w], 0 .. 1, of classes 0 .. k − 1.
  std::vector<Stamped> stamped(const data::Images& images, const at::Tensor& mask, const at::Tensor& pattern,
                               int64_t batch, const Job& job) const;

 private:
  at::Tensor say(const graph::Program& program, const at::Tensor& normalized, const Job& job) const;

  graph::Program fullPrecision_, quantized_;
  at::Device device_;
};

// The images at those places, int64 [n].
data::Images selected(const data::Images& images, const at::Tensor& places);

}  // namespace shellac::audit
