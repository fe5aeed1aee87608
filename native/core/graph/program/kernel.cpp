#include "core/graph/program/kernel.h"

#include <ATen/ops/linear.h>

#include "core/graph/fold_batch_norm.h"
#include "core/graph/op.h"
#include "core/graph/program/clamp.h"
#include "core/graph/program/convolution.h"
#include "core/graph/unit.h"

namespace shellac::graph {
namespace {

// Weight and bias (undefined where there is none), with the BN in them.
Affine affineOf(const PlannedStep& step, const Model& model,
                const std::map<std::string, at::Tensor>& weights) {
  const auto& root = *step.root;
  const auto substitute = weights.find(root.name);
  const Affine own{
      .weight = substitute == weights.end() ? model.parameter(root, "weight") : substitute->second,
      .bias = model.optionalParameter(root, "bias")};
  return step.batchNorm ? foldInto(own, model, *step.batchNorm) : own;
}

std::optional<Clamp> activationOf(const PlannedStep& step) {
  return step.activation ? clampOf(*step.activation) : std::nullopt;
}

Kernel convolution(const PlannedStep& step, Affine affine) {
  auto conv =
      std::make_shared<Convolution>(*step.root, std::move(affine), step.add != nullptr, activationOf(step));
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

Kernel compile(const PlannedStep& step, const Model& model,
               const std::map<std::string, at::Tensor>& weights) {
  const auto& root = *step.root;
  if (root.op == "conv2d") return convolution(step, affineOf(step, model, weights));
  if (root.op == "linear") return linear(step, affineOf(step, model, weights));
  if (const auto clamp = clampOf(root)) return clamped(*clamp);
  if (root.op == "add") return sum;
  return plain(root, model);
}

}  // namespace shellac::graph
