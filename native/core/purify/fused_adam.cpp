#include "core/purify/fused_adam.h"

#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

namespace shellac::purify {

FusedAdam::FusedAdam(std::vector<at::Tensor> variables, double learningRate)
    : variables_(std::move(variables)), learningRate_(learningRate) {
  for (const auto& variable : variables_) {
    first_.push_back(at::zeros_like(variable));
    second_.push_back(at::zeros_like(variable));
    counts_.push_back(at::zeros({}, variable.options()));
  }
}

void FusedAdam::step(const std::vector<at::Tensor>& gradients) {
  std::vector<at::Tensor> ordered;
  for (const auto& gradient : gradients) ordered.push_back(gradient.contiguous());
  for (auto& count : counts_) count.add_(1);
  at::_fused_adam_(variables_, ordered, first_, second_, {}, counts_, learningRate_, 0.9, 0.999,
                   /*weight_decay=*/0, /*eps=*/1e-8, /*amsgrad=*/false, /*maximize=*/false);
}

}  // namespace shellac::purify
