#include "core/graph/fold_batch_norm.h"

#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <ATen/ops/zeros_like.h>

#include <algorithm>

#include "core/graph/parameters.h"
#include "core/graph/unit.h"

namespace shellac::graph {
namespace {

void fold(Model& model, Node& conv, const Node& norm) {
  const auto folded =
      foldInto({.weight = model.parameter(conv, "weight"),
                .bias = conv.parameters.contains("bias") ? model.parameter(conv, "bias") : at::Tensor()},
               model, norm);
  setParameter(model, conv, "weight", folded.weight);
  setParameter(model, conv, "bias", folded.bias);
}

// Takes the node out: whoever read it reads `source` instead.
void remove(Graph& graph, const std::string& name, const std::string& source) {
  std::erase_if(graph.nodes, [&](const Node& node) { return node.name == name; });
  for (auto& node : graph.nodes) std::replace(node.inputs.begin(), node.inputs.end(), name, source);
  if (graph.output == name) graph.output = source;
}

void dropUnusedTensors(Model& model) {
  std::erase_if(model.tensors, [&](const auto& entry) { return uses(model.graph, entry.first) == 0; });
}

}  // namespace

Affine foldInto(const Affine& layer, const Model& model, const Node& batchNorm) {
  const auto read = [&](const std::string& role) { return model.parameter(batchNorm, role).to(at::kDouble); };
  const auto mean = read("runningMean");
  const auto gain = [&] {
    const auto inverse = (read("runningVar") + batchNorm.number("eps", 1e-5)).rsqrt();
    return batchNorm.parameters.contains("weight") ? inverse * read("weight") : inverse;
  }();
  const auto shift = batchNorm.parameters.contains("bias") ? read("bias") : at::zeros_like(mean);
  const auto bias = layer.bias.defined() ? layer.bias.to(at::kDouble) : at::zeros_like(mean);
  std::vector<int64_t> perChannel(layer.weight.dim(), 1);
  perChannel[0] = -1;
  return {.weight = (layer.weight.to(at::kDouble) * gain.view(perChannel)).to(at::kFloat),
          .bias = ((bias - mean) * gain + shift).to(at::kFloat)};
}

Model foldBatchNorm(const Model& model) {
  const at::NoGradGuard noGrad;
  Model folded = model;  // tensors are shared until `fold` puts new ones in their place
  for (const auto& unit : units(model.graph)) {
    if (!unit.batchNorm) continue;
    auto conv = std::find_if(folded.graph.nodes.begin(), folded.graph.nodes.end(),
                             [&](const Node& node) { return node.name == unit.name; });
    fold(folded, *conv, model.graph.node(*unit.batchNorm));
    remove(folded.graph, *unit.batchNorm, unit.name);
  }
  dropUnusedTensors(folded);
  return folded;
}

}  // namespace shellac::graph
