#include "core/train/rounding_choices.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/floor.h>
#include <torch/csrc/autograd/custom_function.h>

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

// The weight in steps.
at::Tensor positionOf(const graph::Model& model, const graph::Node& node, const quant::Quantizer& quantizer) {
  const auto& weight = model.parameter(node, "weight");
  return weight / quantizer.along(weight).scale;
}

}  // namespace

RoundingChoices::RoundingChoices(const graph::Model& model, const quant::Quantization& nearest,
                                 at::Device device)
    : model_(model.to(device)) {
  for (const auto& [name, weight] : nearest.weights) {
    const auto& quantizer = quantizers_.emplace(name, weight.quantizer.to(device)).first->second;
    floors_[name] = at::floor(positionOf(model_, model_.graph.node(name), quantizer));
  }
  for (const auto& [value, quantizer] : nearest.activations)
    activations_.emplace(value, quantizer.to(device));
}

graph::Model RoundingChoices::start() const {
  auto model = model_;
  for (auto& node : model.graph.nodes) {
    const auto quantizer = quantizers_.find(node.name);
    if (quantizer == quantizers_.end()) continue;
    model.tensors[choiceOf(node.name)] = positionOf(model_, node, quantizer->second) - floors_.at(node.name);
    model.tensors.erase(node.parameters.at("weight"));
    node.parameters["weight"] = choiceOf(node.name);
  }
  return model;
}

graph::Reading RoundingChoices::reading() const {
  const auto weight = [this](const graph::Node& node, const at::Tensor& v) {
    const auto grid = quantizers_.at(node.name).along(v);
    return at::clamp(floors_.at(node.name) + RoundUp::apply(v), grid.low, grid.high) * grid.scale;
  };
  const auto value = [this](const std::string& name, const at::Tensor& made) {
    const auto found = activations_.find(name);
    return found == activations_.end() ? made : found->second.straightThrough(made);
  };
  return {.weight = weight, .value = value};
}

void RoundingChoices::restore(graph::Model& model) const {
  for (auto& [name, tensor] : model.tensors)
    if (const auto original = model_.tensors.find(name); original != model_.tensors.end())
      tensor.copy_(original->second);
  for (const auto& [node, quantizer] : quantizers_) model.tensors.at(choiceOf(node)).clamp_(0, 1);
}

at::Tensor RoundingChoices::codes(const std::string& node, const graph::Model& model) const {
  const auto quantizer = quantizers_.at(node).to(at::kCPU);
  auto steps = floors_.at(node).cpu() + model.tensors.at(choiceOf(node)).cpu().ge(0.5);
  quantizer.clampSteps(steps);
  return quantizer.codesOfSteps(steps);
}

}  // namespace shellac::train
