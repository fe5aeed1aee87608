// SGD and Adam as single passes over parameters, gradients and what the optimizer remembers.
#pragma once
#include <ATen/core/Tensor.h>

#include <cstdint>
#include <memory>
#include <vector>

#include "core/kept.h"

namespace shellac::train {

class Optimizer {
 public:
  virtual ~Optimizer() = default;
  // Moves every parameter along its gradient (0 where it has none), then drops the gradients.
  void step(double learningRate);
  // What it remembers of its steps; the parameters are not among it. resume throws Error{BadData}.
  virtual void keep(Kept& kept, const std::string& prefix) const = 0;
  virtual void resume(const Kept& kept, const std::string& prefix) = 0;

 protected:
  explicit Optimizer(std::vector<at::Tensor> parameters);
  const std::vector<at::Tensor>& parameters() const { return parameters_; }
  // One zero tensor for each parameter, in its memory format: the fused kernels go through memory.
  std::vector<at::Tensor> zeros() const;

 private:
  virtual void move(const std::vector<at::Tensor>& gradients, double learningRate) = 0;
  std::vector<at::Tensor> parameters_;
};

// How much of the past Adam's means of the gradient and of its square keep.
struct Betas {
  double first = 0.9, second = 0.999;
};

// Both with L2 weight decay, as PyTorch's. SGD: Nesterov's momentum where momentum > 0. Adam: epsilon 1e-8.
std::unique_ptr<Optimizer> sgd(std::vector<at::Tensor> parameters, double momentum, double weightDecay);
std::unique_ptr<Optimizer> adam(std::vector<at::Tensor> parameters, double weightDecay,
                                const Betas& betas = {});

}  // namespace shellac::train
