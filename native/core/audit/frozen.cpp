#include "core/audit/frozen.h"

#include <ATen/core/grad_mode.h>

#include <algorithm>

#include "core/graph/executor.h"
#include "core/graph/fold_batch_norm.h"
#include "core/graph/unit.h"

namespace shellac::audit {
namespace {

// A tensor of its own for each node: two nodes that share a weight may have codes of their own.
graph::Model dequantized(const LoadedModel& loaded) {
  auto model = loaded.model;
  if (!loaded.quantization) return model;
  for (auto& node : model.graph.nodes) {
    const auto found = loaded.quantization->weights.find(node.name);
    if (found == loaded.quantization->weights.end()) continue;
    const auto name = node.name + ".dequantized";
    model.tensors[name] = found->second.quantizer.values(found->second.codes);
    node.parameters["weight"] = name;
  }
  return model;
}

graph::Model ready(const graph::Model& model, at::Device device) {
  auto moved = model.to(device);
  for (auto& [name, tensor] : moved.tensors)
    if (tensor.dim() == 4) tensor = tensor.contiguous(at::MemoryFormat::ChannelsLast);
  return moved;
}

}  // namespace

Frozen::Frozen(const LoadedModel& loaded, at::Device device) {
  const at::NoGradGuard noGrad;
  const auto plain = dequantized(loaded);
  if (loaded.quantization)
    for (const auto& [value, quantizer] : loaded.quantization->activations)
      activations_.emplace(value, quantizer.to(device));
  const auto units = graph::units(plain.graph);
  const bool rounded = std::ranges::any_of(
      units, [&](const auto& unit) { return unit.batchNorm && activations_.contains(unit.name); });
  model_ = ready(rounded ? plain : graph::foldBatchNorm(plain), device);
  if (rounded) return;
  for (const auto& unit : units) {  // what BN made, the folded layer makes now
    if (!unit.batchNorm) continue;
    if (auto moved = activations_.extract(*unit.batchNorm)) {
      moved.key() = unit.name;
      activations_.insert(std::move(moved));
    }
  }
}

at::Tensor Frozen::logits(const at::Tensor& images) const {
  if (activations_.empty()) return graph::run(model_, images);
  const graph::Reading reading{.value = [this](const std::string& name, const at::Tensor& value) {
    const auto found = activations_.find(name);
    return found == activations_.end() ? value : found->second.straightThrough(value);
  }};
  return graph::run(model_, images, reading);
}

}  // namespace shellac::audit
