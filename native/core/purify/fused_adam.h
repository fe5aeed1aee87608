// Adam (Kingma and Ba, 2015; betas 0.9 and 0.999, epsilon 1e-8) on several tensors, by libtorch's fused
// kernel.
#pragma once
#include <ATen/core/Tensor.h>

#include <vector>

namespace shellac::purify {

class FusedAdam {
 public:
  // variables: contiguous; moved in place. The kernel goes through memory.
  FusedAdam(std::vector<at::Tensor> variables, double learningRate);
  void step(const std::vector<at::Tensor>& gradients);

 private:
  std::vector<at::Tensor> variables_, first_, second_, counts_;
  double learningRate_;
};

}  // namespace shellac::purify
