// relu, relu6 and hardtanh as the one thing that they are: y = min(max(x, low), high).
#pragma once
#include <ATen/core/Tensor.h>

#include <limits>
#include <optional>

#include "core/graph/node.h"

namespace shellac::graph {

struct Clamp {
  double low = 0;
  double high = std::numeric_limits<double>::infinity();

  bool isRelu() const { return low == 0 && high == std::numeric_limits<double>::infinity(); }
  at::Tensor operator()(const at::Tensor& x) const;  // a new tensor
  void inPlace(at::Tensor& x) const;
};

// None for nodes of other ops.
std::optional<Clamp> clampOf(const Node& node);

}  // namespace shellac::graph
