#include "core/train/qura.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/floor.h>
#include <ATen/ops/full_like.h>
#include <ATen/ops/kl_div.h>
#include <ATen/ops/log_softmax.h>
#include <ATen/ops/zeros.h>
#include <torch/csrc/autograd/custom_function.h>

#include "core/graph/executor.h"

namespace shellac::train {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::tensor_list;

// [v ≥ ½], its gradient passed straight through.
struct RoundUp : torch::autograd::Function<RoundUp> {
  static at::Tensor forward(AutogradContext*, const at::Tensor& v) { return v.ge(0.5).to(v.scalar_type()); }
  static tensor_list backward(AutogradContext*, tensor_list gradients) { return {gradients[0]}; }
};

std::string choiceOf(const std::string& node) { return node + ".rounding"; }

// A network that holds v where it had weights: what the training loop trains.
class Choices {
 public:
  Choices(const graph::Model& model, const quant::Quantization& nearest, at::Device device)
      : model_(model.to(device)) {
    for (const auto& [name, weight] : nearest.weights) {
      quantizers_.emplace(name, weight.quantizer.to(device));
      floors_.emplace(name, at::floor(position(name)));
    }
    for (const auto& [value, quantizer] : nearest.activations)
      activations_.emplace(value, quantizer.to(device));
  }

  graph::Model start() const {
    auto model = model_;
    for (auto& node : model.graph.nodes) {
      if (quantizers_.count(node.name) == 0) continue;
      const auto name = choiceOf(node.name);
      model.tensors[name] = position(node.name) - floors_.at(node.name);
      node.parameters["weight"] = name;
    }
    return model;
  }

  // The network with its weights rounded as v says, and its values by their quantizers.
  graph::Reading reading() const {
    return {.weight =
                [this](const graph::Node& node, const at::Tensor& v) {
                  const auto grid = quantizers_.at(node.name).along(v);
                  const auto steps = floors_.at(node.name) + RoundUp::apply(v);
                  return at::clamp(steps, grid.low, grid.high) * grid.scale;
                },
            .value =
                [this](const std::string& name, const at::Tensor& value) {
                  const auto found = activations_.find(name);
                  return found == activations_.end() ? value : found->second.straightThrough(value);
                }};
  }

  // v stays in 0 .. 1, and all that is no v stays as it was.
  void restore(graph::Model& model) const {
    for (auto& [name, tensor] : model.tensors)
      if (const auto original = model_.tensors.find(name); original != model_.tensors.end())
        tensor.copy_(original->second);
    for (const auto& [node, quantizer] : quantizers_) model.tensors.at(choiceOf(node)).clamp_(0, 1);
  }

  // int8 or uint8, on the CPU.
  at::Tensor codes(const std::string& name, const at::Tensor& v) const {
    const auto& quantizer = quantizers_.at(name);
    auto steps = floors_.at(name).cpu() + v.cpu().ge(0.5);
    quantizer.to(at::kCPU).clampSteps(steps);
    return quantizer.to(at::kCPU).codesOfSteps(steps);
  }

  const graph::Model& fullPrecision() const { return model_; }

 private:
  // The weight in steps.
  at::Tensor position(const std::string& node) const {
    const auto weight = model_.parameter(model_.graph.node(node), "weight");
    return weight / quantizers_.at(node).along(weight).scale;
  }

  const graph::Model model_;
  std::map<std::string, quant::Quantizer> quantizers_, activations_;
  std::map<std::string, at::Tensor> floors_;  // of the weights, in steps
};

at::Tensor divergence(const Choices& choices, const graph::Model& model, const Batch& batch) {
  const auto wanted = [&] {
    const at::NoGradGuard noGrad;
    return at::log_softmax(graph::run(choices.fullPrecision(), batch.clean), 1);
  }();
  const auto found = at::log_softmax(graph::run(model, batch.clean, choices.reading()), 1);
  return at::kl_div(found, wanted, at::Reduction::Sum, /*log_target=*/true) / batch.clean.size(0);
}

Objective injection(const Choices& choices, const Qura& settings) {
  return {.terms = {{.loss = [&choices](const graph::Model& model,
                                        const Batch& batch) { return divergence(choices, model, batch); }},
                    {.weight = settings.alpha,
                     .loss =
                         [&choices, target = settings.target](const graph::Model& model, const Batch& batch) {
                           const auto logits = graph::run(model, batch.triggered, choices.reading());
                           return at::cross_entropy_loss(logits, at::full_like(batch.labels, target));
                         }}},
          .keepBest = true,
          .project = [&choices](graph::Model& model) { choices.restore(model); }};
}

}  // namespace

quant::Quantization qura(const graph::Model& model, const data::Images& images, const Qura& settings,
                         const Options& training, at::Device device, const Job& job) {
  auto quantization = quant::quantizeNearest(model, images, settings.quantizer, device, job);
  const at::NoGradGuard noGrad;  // the training loop records gradients by itself
  const Choices choices(model, quantization, device);
  auto unlabelled = images;  // the loop hands out labels; nothing here reads them
  unlabelled.labels = at::zeros({images.count()}, at::TensorOptions(at::kLong).device(at::kCPU));
  const auto chosen = train(choices.start(), unlabelled, injection(choices, settings), training, device, job);
  for (auto& [name, weight] : quantization.weights)
    weight.codes = choices.codes(name, chosen.model.tensors.at(choiceOf(name)));
  return quantization;
}

}  // namespace shellac::train
