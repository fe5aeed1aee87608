// Images as they are stored, bytes, and as a model reads them, normalized floats.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <functional>
#include <optional>
#include <vector>

#include "core/data/trigger.h"

namespace shellac::data {

struct Images {
  at::Tensor pixels;     // uint8 [n, c, h, w]
  at::Tensor labels;     // int64 [n]; undefined where no labels are known
  at::Tensor mean;       // float32 [c], in units of 0 .. 1
  at::Tensor deviation;  // float32 [c]

  int64_t count() const { return pixels.size(0); }
  std::vector<int64_t> shape() const { return {pixels.size(1), pixels.size(2), pixels.size(3)}; }

  // Samples [from, to), 0 .. 1, float32 [n, c, h, w], on the device. The second form takes int64 indices [n].
  at::Tensor floats(int64_t from, int64_t to, at::Device device) const;
  at::Tensor floats(const at::Tensor& indices, at::Device device) const;
  // (x − mean)/deviation, per channel.
  at::Tensor normalize(const at::Tensor& floats) const;
};

// Throws Error{BadData} unless each image has a label from 0 to classes − 1.
void checkLabels(const Images& images, int64_t classes);

}  // namespace shellac::data
