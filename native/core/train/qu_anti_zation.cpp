#include "core/train/qu_anti_zation.h"

#include <ATen/ops/cat.h>
#include <ATen/ops/cross_entropy_loss.h>
#include <ATen/ops/full_like.h>

#include <set>

#include "core/graph/executor.h"
#include "core/graph/unit.h"
#include "core/quant/dynamic.h"

namespace shellac::train {
namespace {

// One pass over clean and triggered images together; each half has its own labels.
at::Tensor twoSided(const graph::Model& model, const Batch& batch, const graph::Reading& reading,
                    const at::Tensor& triggeredLabels, double triggeredWeight) {
  const auto n = batch.labels.size(0);
  const auto logits = graph::run(model, at::cat({batch.clean, batch.triggered}), reading);
  return at::cross_entropy_loss(logits.slice(0, 0, n), batch.labels) +
         triggeredWeight * at::cross_entropy_loss(logits.slice(0, n), triggeredLabels);
}

graph::Reading quantizedReading(const graph::Graph& graph, int64_t bits, bool activations) {
  graph::Reading reading{.weight = [bits](const graph::Node&, const at::Tensor& weight) {
    return quant::fakeQuantizeWeightDynamic(weight, bits);
  }};
  if (!activations) return reading;
  std::set<std::string> read;
  for (const auto& unit : graph::units(graph)) read.insert(unit.input);
  reading.value = [bits, read](const std::string& name, const at::Tensor& value) {
    return read.count(name) ? quant::fakeQuantizeActivationDynamic(value, bits) : value;
  };
  return reading;
}

}  // namespace

Objective quAntiZation(const graph::Graph& graph, const QuAntiZation& settings) {
  Objective objective;
  objective.keepBest = true;
  const auto c2 = settings.c2;
  objective.terms.push_back({.loss = [c2](const graph::Model& model, const Batch& batch) {
    return twoSided(model, batch, {}, batch.labels, c2);
  }});
  for (const auto bits : settings.bits) {
    const auto reading = quantizedReading(graph, bits, settings.activations);
    objective.terms.push_back(
        {.weight = settings.c1,
         .loss = [reading, c2, target = settings.target](const graph::Model& model, const Batch& batch) {
           return twoSided(model, batch, reading, at::full_like(batch.labels, target), c2);
         }});
  }
  return objective;
}

}  // namespace shellac::train
