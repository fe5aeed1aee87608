#include "core/purify/moving_input.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/add.h>
#include <ATen/ops/zeros_like.h>

namespace shellac::purify {

MovingInput::MovingInput(const BatchNormInput& layer, const at::Tensor& x, const Pda& pda)
    : layer_(layer),
      x_(x),
      unit_(changeUnit(pda.bound)),
      coarseWeight_(pda.coarse ? layer.weight.to(at::kBFloat16) : at::Tensor()),
      still_(at::zeros_like(x, pda.coarse ? at::kBFloat16 : x.scalar_type())),
      base_(pda.coarse ? forward() : at::Tensor()) {}

at::Tensor MovingInput::forward() const {
  if (layer_.integers) return layer_.integers->forward(x_);
  return layer_.part.forward(x_, layer_.weight, layer_.bias);
}

at::Tensor MovingInput::moved(const at::Tensor& u) const { return at::add(x_, u, unit_); }

at::Tensor MovingInput::output(const at::Tensor& u) const {
  if (!coarseWeight_.defined()) return layer_.part.forward(moved(u), layer_.weight, layer_.bias);
  if (u.is_same(still_)) return base_.clone();
  if (layer_.integers) return layer_.integers->effect(u).add_(base_);
  return at::add(base_, layer_.part.forward(u, coarseWeight_, {}), unit_);
}

at::Tensor MovingInput::inputGradient(const at::Tensor& g, const at::Tensor& u) const {
  const auto& weight = coarseWeight_.defined() ? coarseWeight_ : layer_.weight;
  return layer_.part.inputGradient(g.to(u.scalar_type()), u, weight);
}

}  // namespace shellac::purify
