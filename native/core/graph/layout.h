// How values lie: images [n, c, h, w], features [n, c], tokens [n, t, c]. What a conv or linear makes has one
// vector of c numbers at each position: a pixel, the one that there is, or a token.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>

#include "core/graph/node.h"

namespace shellac::graph {

inline int64_t channelAxis(const at::Tensor& value) { return value.dim() == 3 ? 2 : 1; }

// One over the number of samples and positions.
inline double channelShare(const at::Tensor& value) {
  return static_cast<double>(value.size(channelAxis(value))) / static_cast<double>(value.numel());
}

// Of a value's shape, which has no batch axis.
inline int64_t positions(const Shape& shape) {
  if (shape.size() == 2) return shape[0];
  return shape.size() == 3 ? shape[1] * shape[2] : 1;
}

}  // namespace shellac::graph
