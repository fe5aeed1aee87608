#include "core/graph/program/kernel.h"

#include <ATen/ops/linear.h>

#include "core/graph/fold_batch_norm.h"
#include "core/graph/op.h"
#include "core/graph/program/clamp.h"
#include "core/graph/program/convolution.h"
#include "core/graph/unit.h"

namespace shellac::graph {
namespace {

// The weight and the node's bias (undefined where there is none), with the BN in them.
Affine affineOf(const PlannedStep& step, const Model& model, const at::Tensor& weight) {
  const Affine own{.weight = weight, .bias = model.optionalParameter(*step.root, "bias")};
  return step.batchNorm ? foldInto(own, model, *step.batchNorm) : own;
}

at::Tensor weightOf(const Node& node, const Model& model, const std::map<std::string, at::Tensor>& weights) {
  const auto substitute = weights.find(node.name);
  return substitute == weights.end() ? model.parameter(node, "weight") : substitute->second;
}

std::optional<Clamp> activationOf(const PlannedStep& step) {
  return step.activation ? clampOf(*step.activation) : std::nullopt;
}

Kernel convolution(const PlannedStep& step, Affine affine) {
  auto conv =
      std::make_shared<Convolution>(*step.root, std::move(affine), step.add != nullptr, activationOf(step));
  return [conv](std::vector<at::Tensor> read) { return (*conv)(std::move(read)); };
}

Kernel integerConvolution(const PlannedStep& step, const Model& model, const IntegerWeight& weight) {
  const auto affine = affineOf(step, model, weight.scale.view({-1, 1, 1, 1}));
  auto conv = std::make_shared<IntegerConvolution>(*step.root, weight, affine, step.add != nullptr,
                                                   activationOf(step));
  return [conv](std::vector<at::Tensor> read) { return (*conv)(std::move(read)); };
}

Kernel linear(const PlannedStep& step, const Affine& affine) {
  return [affine, clamp = activationOf(step)](std::vector<at::Tensor> read) {
    auto made = at::linear(read[0], affine.weight, affine.bias);
    if (clamp) clamp->inPlace(made);
    return made;
  };
}

Kernel clamped(const Clamp& clamp) {
  return [clamp](std::vector<at::Tensor> read) {
    if (!heldAlone(read[0])) return clamp(read[0]);
    clamp.inPlace(read[0]);
    return std::move(read[0]);
  };
}

at::Tensor sum(std::vector<at::Tensor> read) {
  if (heldAlone(read[0])) return read[0].add_(read[1]);
  if (heldAlone(read[1])) return read[1].add_(read[0]);
  return read[0].add(read[1]);
}

Kernel plain(const Node& node, const Model& model) {
  const auto& op = findOp(node);
  Arguments arguments;
  for (const auto& role : op.roles)
    if (node.parameters.contains(role.name))
      arguments.parameters.emplace(role.name, model.parameter(node, role.name));
  return [&op, node, arguments](std::vector<at::Tensor> read) {
    auto called = arguments;
    called.inputs = std::move(read);
    return op.run(node, called);
  };
}

}  // namespace

Kernel compile(const PlannedStep& step, const Model& model, const std::map<std::string, at::Tensor>& weights,
               const std::map<std::string, IntegerWeight>& integers) {
  const auto& root = *step.root;
  if (const auto whole = integers.find(root.name); whole != integers.end())
    return integerConvolution(step, model, whole->second);
  const auto affine = [&] { return affineOf(step, model, weightOf(root, model, weights)); };
  if (root.op == "conv2d") return convolution(step, affine());
  if (root.op == "linear") return linear(step, affine());
  if (const auto clamp = clampOf(root)) return clamped(*clamp);
  if (root.op == "add") return sum;
  return plain(root, model);
}

}  // namespace shellac::graph
