#include "core/train/sharpness.h"

#include <ATen/TensorOperators.h>
#include <ATen/ops/linalg_vector_norm.h>
#include <ATen/ops/stack.h>
#include <ATen/ops/zeros_like.h>
#include <c10/core/GradMode.h>

namespace shellac::train {
namespace {

constexpr double kTiny = 1e-12;

std::vector<at::Tensor> parametersOf(const graph::Model& model) {
  std::vector<at::Tensor> parameters;
  for (const auto& [name, tensor] : model.tensors)
    if (tensor.requires_grad()) parameters.push_back(tensor);
  return parameters;
}

}  // namespace

std::vector<at::Tensor> sharpestStep(const std::vector<at::Tensor>& parameters, double radius) {
  const c10::NoGradGuard noGrad;
  std::vector<at::Tensor> norms, steps;
  for (const auto& parameter : parameters)
    if (const auto& gradient = parameter.grad(); gradient.defined())
      norms.push_back(at::linalg_vector_norm(parameter.abs() * gradient));
  if (norms.empty()) return {};
  const auto scale = radius / (at::linalg_vector_norm(at::stack(norms)) + kTiny);
  for (const auto& parameter : parameters) {
    const auto& gradient = parameter.grad();
    steps.push_back(gradient.defined() ? parameter.square() * gradient * scale : at::zeros_like(parameter));
  }
  return steps;
}

void sharpen(const graph::Model& model, double radius, const std::function<void()>& accumulate) {
  auto parameters = parametersOf(model);
  const auto steps = sharpestStep(parameters, radius);
  if (steps.empty()) return;
  const auto before = model.clone();
  {
    const c10::NoGradGuard noGrad;
    for (size_t i = 0; i < parameters.size(); ++i) {
      parameters[i].add_(steps[i]);
      parameters[i].mutable_grad().reset();
    }
  }
  accumulate();
  const c10::NoGradGuard noGrad;
  for (const auto& [name, tensor] : model.tensors) at::Tensor(tensor).copy_(before.tensors.at(name));
}

}  // namespace shellac::train
