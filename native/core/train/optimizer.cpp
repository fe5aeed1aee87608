#include "core/train/optimizer.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/_fused_adam.h>
#include <ATen/ops/_fused_sgd.h>
#include <ATen/ops/zeros.h>
#include <ATen/ops/zeros_like.h>

namespace shellac::train {

namespace {

class Sgd final : public Optimizer {
 public:
  Sgd(std::vector<at::Tensor> parameters, double momentum, double weightDecay)
      : Optimizer(std::move(parameters)), momentum_(momentum), weightDecay_(weightDecay) {
    if (momentum_ > 0) buffers_ = zeros();
  }

  void keep(Kept& kept, const std::string& prefix) const override {
    keepRows(kept, prefix + "first", {{first_ ? 1.0 : 0.0}});
    keepTensors(kept, prefix + "momentum/", buffers_);
  }
  void resume(const Kept& kept, const std::string& prefix) override {
    const auto rows = keptRows(kept, prefix + "first", 1);
    first_ = rows.empty() || rows[0][0] != 0;
    resumeTensors(kept, prefix + "momentum/", buffers_);
  }

 private:
  void move(const std::vector<at::Tensor>& gradients, double learningRate) override {
    at::_fused_sgd_(parameters(), gradients, buffers_, weightDecay_, momentum_, learningRate,
                    /*dampening=*/0, /*nesterov=*/momentum_ > 0, /*maximize=*/false, first_);
    first_ = false;
  }

  double momentum_, weightDecay_;
  std::vector<at::Tensor> buffers_;
  bool first_ = true;
};

class Adam final : public Optimizer {
 public:
  Adam(std::vector<at::Tensor> parameters, double weightDecay, const Betas& betas)
      : Optimizer(std::move(parameters)),
        weightDecay_(weightDecay),
        betas_(betas),
        first_(zeros()),
        second_(zeros()) {
    if (this->parameters().empty()) return;
    const auto& any = this->parameters().front();
    steps_.assign(this->parameters().size(), at::zeros({}, any.options().requires_grad(false)));
  }

  void keep(Kept& kept, const std::string& prefix) const override {
    keepTensors(kept, prefix + "first/", first_);
    keepTensors(kept, prefix + "second/", second_);
    keepTensors(kept, prefix + "steps/", count());
  }
  void resume(const Kept& kept, const std::string& prefix) override {
    resumeTensors(kept, prefix + "first/", first_);
    resumeTensors(kept, prefix + "second/", second_);
    resumeTensors(kept, prefix + "steps/", count());
  }

 private:
  void move(const std::vector<at::Tensor>& gradients, double learningRate) override {
    if (!steps_.empty()) steps_.front().add_(1);
    at::_fused_adam_(parameters(), gradients, first_, second_, {}, steps_, learningRate, betas_.first,
                     betas_.second, weightDecay_, 1e-8, /*amsgrad=*/false, /*maximize=*/false);
  }

  std::vector<at::Tensor> count() const {
    return {steps_.begin(), steps_.begin() + (steps_.empty() ? 0 : 1)};
  }

  double weightDecay_;
  Betas betas_;
  std::vector<at::Tensor> first_, second_;
  std::vector<at::Tensor> steps_;  // all of them one tensor: a count for each would be a launch for each
};

}  // namespace

Optimizer::Optimizer(std::vector<at::Tensor> parameters) : parameters_(std::move(parameters)) {}

std::vector<at::Tensor> Optimizer::zeros() const {
  std::vector<at::Tensor> made;
  for (const auto& parameter : parameters_) made.push_back(at::zeros_like(parameter.detach()));
  return made;
}

void Optimizer::step(double learningRate) {
  const at::NoGradGuard noGrad;
  std::vector<at::Tensor> gradients;
  for (auto& parameter : parameters_) {
    auto& gradient = parameter.mutable_grad();
    // Autograd keeps a gradient in its parameter's memory format; for the fused kernels it must be so.
    gradients.push_back(gradient.defined() ? gradient.contiguous(parameter.suggest_memory_format())
                                           : at::zeros_like(parameter));
    gradient.reset();
  }
  move(gradients, learningRate);
}

std::unique_ptr<Optimizer> sgd(std::vector<at::Tensor> parameters, double momentum, double weightDecay) {
  return std::make_unique<Sgd>(std::move(parameters), momentum, weightDecay);
}

std::unique_ptr<Optimizer> adam(std::vector<at::Tensor> parameters, double weightDecay, const Betas& betas) {
  return std::make_unique<Adam>(std::move(parameters), weightDecay, betas);
}

}  // namespace shellac::train
