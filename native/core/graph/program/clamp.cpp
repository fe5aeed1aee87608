#include "core/graph/program/clamp.h"

#include <ATen/ops/hardtanh.h>
#include <ATen/ops/relu.h>

namespace shellac::graph {

at::Tensor Clamp::operator()(const at::Tensor& x) const {
  return isRelu() ? at::relu(x) : at::hardtanh(x, low, high);
}

void Clamp::inPlace(at::Tensor& x) const { isRelu() ? at::relu_(x) : at::hardtanh_(x, low, high); }

std::optional<Clamp> clampOf(const Node& node) {
  if (node.op == "relu") return Clamp{};
  if (node.op == "relu6") return Clamp{.low = 0, .high = 6};
  if (node.op == "hardtanh") return Clamp{.low = node.number("min", -1), .high = node.number("max", 1)};
  return std::nullopt;
}

}  // namespace shellac::graph
