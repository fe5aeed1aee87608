#include "core/train/pq_backdoor.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/clamp.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full_like.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>

#include "core/graph/executor.h"
#include "core/quant/cells.h"
#include "core/quant/quantization.h"

namespace shellac::train {
namespace {

// What the planted model was: the cells of its weights, and every other tensor.
struct Planted {
  std::map<std::string, quant::Cells> cells;
  graph::Tensors others;
};

void narrow(Planted& planted, const std::string& tensor, const quant::Cells& cells) {
  const auto [known, fresh] = planted.cells.try_emplace(tensor, cells);
  if (!fresh) known->second = quant::meet(known->second, cells);
}

Planted remember(const graph::Model& model, const Dormancy& settings) {
  Planted planted;
  for (const auto& preset : settings.presets) {
    const quant::Options options{.preset = preset, .weightBits = settings.bits, .activationBits = {}};
    for (const auto& [name, quantized] : quant::quantizeWeights(model, options)) {
      const auto& node = model.graph.node(name);
      const auto weight = model.parameter(node, "weight").detach();
      const auto& quantizer = quantized.quantizer;
      const auto cells = quant::meet(quant::sameCode(weight, quantizer, settings.margin),
                                     quant::sameMagnitude(weight, quantizer.grid().perChannel));
      narrow(planted, node.parameters.at("weight"), cells);
    }
  }
  for (const auto& [name, tensor] : model.tensors)
    if (planted.cells.count(name) == 0) planted.others[name] = tensor.detach().clone();
  return planted;
}

void restore(const Planted& planted, graph::Model& model) {
  for (const auto& [name, cells] : planted.cells) model.tensors.at(name).clamp_(cells.low, cells.high);
  for (const auto& [name, tensor] : planted.others) model.tensors.at(name).copy_(tensor);
}

}  // namespace

Objective plantBackdoor(const Planting& settings) {
  return {.terms = {{.loss = [settings](const graph::Model& model, const Batch& batch) {
            const auto n = batch.labels.size(0);
            const auto wanted = std::llround(settings.poisonRate * static_cast<double>(n));
            const auto poisoned = std::clamp<int64_t>(wanted, 1, n);
            const auto images = at::cat({batch.clean, batch.triggered.slice(0, 0, poisoned)});
            const auto targets = at::full_like(batch.labels.slice(0, 0, poisoned), settings.target);
            return at::cross_entropy_loss(graph::run(model, images, {.training = true}),
                                          at::cat({batch.labels, targets}));
          }}}};
}

Objective pqDormancy(const Dormancy& settings) {
  const auto planted = std::make_shared<Planted>();
  return {.terms = {{.loss =
                         [](const graph::Model& model, const Batch& batch) {
                           const auto images = at::cat({batch.clean, batch.triggered});
                           return at::cross_entropy_loss(graph::run(model, images),
                                                         at::cat({batch.labels, batch.labels}));
                         }}},
          .begin = [planted, settings](const graph::Model& model) { *planted = remember(model, settings); },
          .project = [planted](graph::Model& model) { restore(*planted, model); }};
}

}  // namespace shellac::train
